import type { Invocation } from '../core/index.ts'
import { isJsonData, type RenderedAhead, type RenderedFile, type StartRenderAhead } from '../project/index.ts'
import { ChunkClaims } from './chunk-claims.ts'
import type { SecondThread } from './second-thread.ts'
import type { ThreadLink } from './thread-link.ts'

/** What it is told: first the invocation; then, when it is known that all is parsed anew, of which project and how many models are a chunk. */
export type ToRenderThread =
  | { readonly kind: 'open'; readonly invocation: Omit<Invocation, 'now'> }
  | { readonly kind: 'render'; readonly digest: string; readonly count: number; readonly size: number }

/** What it answers: a chunk and, as JSON, what became of its models (`(RenderedFile | null)[]`). */
export type FromRenderThread = readonly [chunk: number, models: string]

/** Models that are handed over together. */
const SIZE = 16
/** Nothing waits longer than this for the thread: it may be dead. */
const PATIENCE_MS = 250

/**
 * Another thread that renders models from the last one on while this one goes on from the first. Whatever it does not do (it cannot be started, it
 * dies, it is late, it answers null) is left to this one. It never keeps the process alive.
 */
export class RenderThread {
  readonly #fewest: number
  readonly #begin: () => ThreadLink | undefined
  readonly #invocation: Invocation
  #link: ThreadLink | undefined
  #isOpen = false

  /** A thread that was begun opens the project at once. */
  constructor({ fewest, begin, begun }: SecondThread, invocation: Invocation) {
    this.#fewest = fewest
    this.#begin = begin
    this.#invocation = invocation
    this.#link = begun
    this.#open()
  }

  #open(): void {
    if (!this.#link || this.#isOpen) return
    const { now: _now, ...invocation } = this.#invocation
    this.#tell({ kind: 'open', invocation })
    this.#isOpen = true
  }

  /** To be given to `loadProject`. */
  starter(): StartRenderAhead {
    return (work) => {
      const { vars, flags } = this.#invocation
      // Floats of Python would arrive there as other values.
      if (work.count < this.#fewest || !isJsonData([vars, flags.behavior, flags.warnErrorOptions])) return undefined
      this.#link ??= this.#begin()
      this.#open()
      if (!this.#link) return undefined
      const size = Math.max(SIZE, Math.ceil(work.count / ChunkClaims.most))
      const claims = new ChunkClaims(this.#link.memory)
      claims.open(Math.ceil(work.count / size))
      this.#tell({ kind: 'render', digest: work.digest, count: work.count, size })
      return new ThreadModels(claims, this.#link, size)
    }
  }

  /** The thread stops after what it is doing. */
  end(): void {
    if (!this.#link) return
    new ChunkClaims(this.#link.memory).end()
    this.#link.close()
    this.#link = undefined
  }

  #tell(message: ToRenderThread): void {
    this.#link?.tell(message)
  }
}

class ThreadModels implements RenderedAhead {
  readonly #claims: ChunkClaims
  readonly #link: ThreadLink
  readonly #size: number
  readonly #chunks = new Map<number, string>()
  #chunk = -1
  #models: readonly (RenderedFile | null)[] | undefined
  /** Chunks of the front are all taken: what is left is the thread's. */
  #isBehind = false

  constructor(claims: ChunkClaims, link: ThreadLink, size: number) {
    this.#claims = claims
    this.#link = link
    this.#size = size
  }

  take(index: number): RenderedFile | undefined {
    const chunk = Math.floor(index / this.#size)
    if (chunk !== this.#chunk) {
      this.#chunk = chunk
      this.#models = this.#isMine() ? undefined : this.#receive(chunk)
    }
    return this.#models?.[index % this.#size] ?? undefined
  }

  end(): void {
    this.#claims.end()
    this.#chunks.clear()
    this.#models = undefined
  }

  #isMine(): boolean {
    if (!this.#isBehind) this.#isBehind = this.#claims.front() === undefined
    return !this.#isBehind
  }

  #receive(chunk: number): readonly (RenderedFile | null)[] | undefined {
    for (;;) {
      const known = this.#claims.delivered
      for (let next = this.#link.receive(); next; next = this.#link.receive()) {
        const [number, models] = next as FromRenderThread
        this.#chunks.set(number, models)
      }
      const models = this.#chunks.get(chunk)
      if (models !== undefined) {
        this.#chunks.delete(chunk)
        return JSON.parse(models) as readonly (RenderedFile | null)[]
      }
      if (this.#claims.isOver) return undefined
      // Late by so much, it is given up: all that is left is done here.
      if (!this.#claims.wait(known, PATIENCE_MS)) this.#claims.end()
    }
  }
}
