import { TdbtError } from '../core/index.ts'

export interface PoolOptions<T> {
  readonly max: number
  readonly open: (signal?: AbortSignal) => Promise<T>
  readonly close: (resource: T) => Promise<void>
  /** False for a resource that broke while idle: it is closed, not handed out. */
  readonly usable: (resource: T) => boolean
}

interface Waiter {
  readonly wake: () => void
  readonly fail: (error: TdbtError) => void
}

/** Hands out at most `max` resources, opened on demand, to those who wait in order. */
export class ResourcePool<T> {
  readonly #options: PoolOptions<T>
  readonly #idle: T[] = []
  readonly #out = new Set<T>()
  readonly #waiters: Waiter[] = []
  /** Resources being opened. */
  #opening = 0
  #closed = false

  constructor(options: PoolOptions<T>) {
    this.#options = options
  }

  /** Those in use now. */
  get busy(): readonly T[] {
    return [...this.#out]
  }

  /** Throws what `open` throws; T5008 when `signal` aborts the wait or the pool is closed. */
  async acquire(signal?: AbortSignal): Promise<T> {
    for (;;) {
      this.#assertOpen()
      if (signal?.aborted) {
        // Whoever gave up between being woken and waking leaves what was meant for it to the next.
        this.#wakeNext()
        throw interrupted()
      }
      const idle = this.#idle.pop()
      if (idle !== undefined) {
        if (this.#options.usable(idle)) {
          this.#out.add(idle)
          return idle
        }
        await this.#options.close(idle)
        continue
      }
      if (this.#out.size + this.#opening < this.#options.max) return await this.#open(signal)
      await this.#wait(signal)
    }
  }

  async #open(signal?: AbortSignal): Promise<T> {
    this.#opening++
    try {
      const resource = await this.#options.open(signal)
      if (this.#closed) {
        await this.#options.close(resource)
        throw interrupted()
      }
      this.#out.add(resource)
      return resource
    } finally {
      this.#opening--
      this.#wakeNext()
    }
  }

  #wakeNext(): void {
    if (this.#idle.length > 0 || this.#out.size + this.#opening < this.#options.max) this.#waiters.shift()?.wake()
  }

  #wait(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        signal?.removeEventListener('abort', onAbort)
        const index = this.#waiters.indexOf(waiter)
        if (index >= 0) this.#waiters.splice(index, 1)
      }
      const waiter: Waiter = {
        wake: () => {
          leave()
          resolve()
        },
        fail: (error) => {
          leave()
          reject(error)
        },
      }
      const onAbort = (): void => waiter.fail(interrupted())
      signal?.addEventListener('abort', onAbort)
      this.#waiters.push(waiter)
    })
  }

  /** Takes a resource back, or closes it when it broke or the pool is closed. */
  async give(resource: T): Promise<void> {
    if (!this.#out.delete(resource)) return
    const keep = !this.#closed && this.#options.usable(resource)
    if (keep) this.#idle.push(resource)
    this.#waiters.shift()?.wake()
    if (!keep) await this.#options.close(resource)
  }

  /** Closes every resource, also those in use; who waits is turned away. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true
    for (const waiter of this.#waiters.splice(0)) waiter.fail(interrupted())
    const all = [...this.#idle.splice(0), ...this.#out]
    this.#out.clear()
    await Promise.all(all.map((resource) => this.#options.close(resource)))
  }

  #assertOpen(): void {
    if (this.#closed) throw interrupted()
  }
}

function interrupted(): TdbtError {
  return new TdbtError('T5008', 'The engine was closed or the wait for a session was interrupted')
}
