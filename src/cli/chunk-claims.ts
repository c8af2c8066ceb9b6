/** Where the two ends stand, how many chunks were delivered, whether all is over. */
const ENDS = 0
const DELIVERED = 1
const OVER = 2
const BITS = 15
const MASK = (1 << BITS) - 1

/**
 * The chunks of a list of work, shared by two threads: one takes them from the front, the other from the back, each chunk once. The one at the
 * front can wait for what the other delivers.
 */
export class ChunkClaims {
  readonly #words: Int32Array

  /** `memory`: at least three words, all zero in the beginning. */
  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory)
  }

  /** The most chunks that a list can have. */
  static readonly most = MASK

  /** Sets the number of chunks; none before that. */
  open(chunks: number): void {
    Atomics.store(this.#words, ENDS, chunks << BITS)
  }

  /** The next chunk of the front; undefined where all that are left are the other's. */
  front(): number | undefined {
    for (;;) {
      const ends = Atomics.load(this.#words, ENDS)
      const front = ends & MASK
      if (front >= ends >> BITS) return undefined
      if (Atomics.compareExchange(this.#words, ENDS, ends, ends + 1) === ends) return front
    }
  }

  /** The next chunk of the back; undefined where none is left, or all is over. */
  back(): number | undefined {
    for (;;) {
      const ends = Atomics.load(this.#words, ENDS)
      const back = ends >> BITS
      if (this.isOver || back <= (ends & MASK)) return undefined
      if (Atomics.compareExchange(this.#words, ENDS, ends, ends - (1 << BITS)) === ends) return back - 1
    }
  }

  /** Says that one more chunk of the back can be had. */
  deliver(): void {
    Atomics.add(this.#words, DELIVERED, 1)
    Atomics.notify(this.#words, DELIVERED)
  }

  get delivered(): number {
    return Atomics.load(this.#words, DELIVERED)
  }

  /** Waits until another chunk is delivered than the `known` ones; false where that takes too long. */
  wait(known: number, milliseconds: number): boolean {
    return Atomics.wait(this.#words, DELIVERED, known, milliseconds) !== 'timed-out'
  }

  get isOver(): boolean {
    return Atomics.load(this.#words, OVER) !== 0
  }

  end(): void {
    Atomics.store(this.#words, OVER, 1)
  }
}
