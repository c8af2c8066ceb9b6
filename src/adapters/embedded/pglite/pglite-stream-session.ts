import { Duplex } from 'node:stream'
import type { PgliteThread } from './pglite-process-session.ts'

const QUERY = 0x51
const SYNC = 0x53
const TERMINATE = 0x58

/**
 * What `pg` takes for its socket: the protocol's messages go to PGlite's thread, its answers come back. Whole batches go at once, up
 * to a Query or a Sync; a Terminate stays here, since the one backend outlives any client.
 */
export class PgliteStream extends Duplex {
  readonly #thread: PgliteThread
  #pending: Buffer = Buffer.alloc(0)
  /** Complete messages that wait for their Sync. */
  #batch: Buffer[] = []
  #started = false

  constructor(thread: PgliteThread) {
    super()
    this.#thread = thread
    thread.onWire = (bytes) => {
      if (!this.destroyed) this.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
    }
  }

  connect(): this {
    queueMicrotask(() => this.emit('connect'))
    return this
  }

  setNoDelay(): this {
    return this
  }

  setKeepAlive(): this {
    return this
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk])
    for (;;) {
      // The first message, start-up, has no type byte.
      const head = this.#started ? 1 : 0
      if (this.#pending.length < head + 4) break
      const length = head + this.#pending.readUInt32BE(head)
      if (this.#pending.length < length) break
      this.#message(this.#pending.subarray(0, length))
      this.#pending = this.#pending.subarray(length)
    }
    done()
  }

  #message(message: Buffer): void {
    if (!this.#started) {
      this.#started = true
      this.#thread.send(Uint8Array.from(message))
      return
    }
    const type = message[0]
    if (type === TERMINATE) return
    this.#batch.push(Buffer.from(message))
    if (type !== QUERY && type !== SYNC) return
    this.#thread.send(Uint8Array.from(Buffer.concat(this.#batch)))
    this.#batch = []
  }

  override _final(done: (error?: Error | null) => void): void {
    this.push(null)
    done()
  }
}
