const COPY_DATA = 0x64 // 'd'
const HEADER_BYTES = 5
const LENGTH_BYTES = 4
const POOL_BYTES = 128 * 1024

/**
 * Takes the rows of a COPY TO STDOUT out of the bytes of a connection. A server sends a message a row; put together they cost neither an object nor
 * an event each. What is no row is handed on as it came.
 */
export class CopyFrames {
  readonly #others: (bytes: Buffer) => void
  readonly #filled: (bytes: Uint8Array) => void
  #header = Buffer.alloc(HEADER_BYTES)
  #headerBytes = 0
  /** Bytes of the message at hand that are still to come. */
  #left = 0
  #isRow = false
  #pool = Buffer.allocUnsafe(POOL_BYTES)
  #poolBytes = 0

  /** `others` is given what is no row, `filled` rows by the hundred kilobytes. */
  constructor(others: (bytes: Buffer) => void, filled: (bytes: Uint8Array) => void) {
    this.#others = others
    this.#filled = filled
  }

  push(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length) {
      if (this.#left === 0) {
        const start = at
        if (this.#headerBytes === 0 && chunk.length - at >= HEADER_BYTES) {
          this.#begin(chunk[at] ?? 0, chunk.readUInt32BE(at + 1))
          at += HEADER_BYTES
          if (!this.#isRow) this.#others(chunk.subarray(start, at))
        } else {
          const taken = Math.min(HEADER_BYTES - this.#headerBytes, chunk.length - at)
          chunk.copy(this.#header, this.#headerBytes, at, at + taken)
          this.#headerBytes += taken
          at += taken
          if (this.#headerBytes < HEADER_BYTES) return
          this.#headerBytes = 0
          this.#begin(this.#header[0] ?? 0, this.#header.readUInt32BE(1))
          if (!this.#isRow) this.#others(Buffer.from(this.#header))
        }
        continue
      }
      const end = Math.min(chunk.length, at + this.#left)
      if (this.#isRow) this.#keep(chunk, at, end)
      else this.#others(chunk.subarray(at, end))
      this.#left -= end - at
      at = end
    }
  }

  /** Rows that do not fill a piece yet; null when there are none. */
  rest(): Uint8Array | null {
    if (this.#poolBytes === 0) return null
    const bytes = this.#pool.subarray(0, this.#poolBytes)
    this.#pool = Buffer.allocUnsafe(POOL_BYTES)
    this.#poolBytes = 0
    return bytes
  }

  #begin(type: number, length: number): void {
    this.#isRow = type === COPY_DATA
    this.#left = length - LENGTH_BYTES
  }

  #keep(chunk: Buffer, from: number, to: number): void {
    let at = from
    while (at < to) {
      const size = Math.min(to - at, POOL_BYTES - this.#poolBytes)
      chunk.copy(this.#pool, this.#poolBytes, at, at + size)
      this.#poolBytes += size
      at += size
      if (this.#poolBytes < POOL_BYTES) continue
      const bytes = this.rest()
      if (bytes !== null) this.#filled(bytes)
    }
  }
}
