import { setMaxListeners } from 'node:events'
import type { Engine } from '../adapters/interface.ts'
import { TdbtError } from '../core/index.ts'

/** A statement may be between two states when it is cancelled, and start after all: so it is asked again. */
const CANCEL_AGAIN_MS = 250

/**
 * Stops a run: from outside by the user's signal, from inside by `stop` (fail-fast). What is running is cancelled again and again until `close`; connections see
 * `signal` before each statement, so that no other starts.
 */
export class StopSignal implements Disposable {
  readonly #controller = new AbortController()
  readonly #engine: Engine
  readonly #outer: AbortSignal | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(engine: Engine, outer: AbortSignal | undefined) {
    this.#engine = engine
    this.#outer = outer
    // Every node that waits for a connection listens.
    setMaxListeners(0, this.#controller.signal)
    if (outer?.aborted) this.#onOuterAbort()
    else outer?.addEventListener('abort', this.#onOuterAbort, { once: true })
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Aborts with the reason as what statements then fail with. */
  stop(reason: TdbtError): void {
    if (this.#controller.signal.aborted) return
    this.#controller.abort(reason)
    const cancel = (): void => {
      // A cancel that cannot be sent is tried again; the statement's own error says more.
      this.#engine.cancelAll().catch(() => undefined)
    }
    cancel()
    this.#timer = setInterval(cancel, CANCEL_AGAIN_MS)
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
    this.#outer?.removeEventListener('abort', this.#onOuterAbort)
  }

  readonly #onOuterAbort = (): void => {
    this.stop(new TdbtError('T5008', 'Interrupted'))
  }
}
