import { TdbtError } from '../../core/index.ts'

/** Who holds or waits for the lock. */
export type LockOwner = object

/**
 * One writer at a time in a database. DuckDB lets transactions write side by side and fails the later of two that touch the same
 * row or catalog entry; here the later one waits instead. Counts what was written, so that a transaction knows whether what it
 * has read may be old.
 */
export class WriteLock {
  readonly #waiting: {
    readonly owner: LockOwner
    readonly wake: () => void
    readonly fail: (error: TdbtError) => void
  }[] = []
  #owner: LockOwner | null = null
  #writes = 0

  /** How many transactions have written so far. */
  get writes(): number {
    return this.#writes
  }

  holds(owner: LockOwner): boolean {
    return this.#owner === owner
  }

  /** Waits in order; at once where the owner has it. Throws T5008 when `giveUp` is called for the owner meanwhile. */
  async take(owner: LockOwner): Promise<void> {
    if (this.#owner === owner) return
    if (this.#owner === null) {
      this.#owner = owner
      return
    }
    await new Promise<void>((resolve, reject) => {
      this.#waiting.push({ owner, wake: resolve, fail: reject })
    })
  }

  /** Lets the next one in; nothing where the owner does not have it. */
  release(owner: LockOwner): void {
    if (this.#owner !== owner) return
    this.#writes++
    const next = this.#waiting.shift()
    this.#owner = next?.owner ?? null
    next?.wake()
  }

  /** Ends the owner's waiting. */
  giveUp(owner: LockOwner): void {
    const index = this.#waiting.findIndex((waiter) => waiter.owner === owner)
    if (index < 0) return
    const [waiter] = this.#waiting.splice(index, 1)
    waiter?.fail(
      new TdbtError('T5008', 'The statement was cancelled while it waited for another one to finish writing'),
    )
  }
}
