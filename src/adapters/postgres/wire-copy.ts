import { CopyFrames } from './copy-frames.ts'
import type { Submittable, WireConnection } from './wire-query.ts'

const MAX_QUEUED_CHUNKS = 64
const COPY_TAG = /^COPY (\d+)$/

/** COPY … FROM STDIN: pumps the chunks, honouring the socket's back pressure, and gives the rows that the server counted. */
export class WireCopyIn implements Submittable {
  readonly outcome: Promise<number>
  readonly #text: string
  readonly #chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>
  #rows = 0
  #started = false
  #stopped = false
  /** What the chunks' source threw: more to the point than the server's answer to our giving up. */
  #sourceError: { readonly error: unknown } | null = null
  #resolve: (rows: number) => void = () => {}
  #reject: (error: unknown) => void = () => {}

  constructor(text: string, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
    this.#text = text
    this.#chunks = chunks
    this.outcome = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  submit(connection: WireConnection): void {
    connection.query(this.#text)
  }

  handleCopyInResponse(connection: WireConnection): void {
    if (this.#started) {
      connection.sendCopyFail('only one COPY FROM STDIN at a time')
      return
    }
    this.#started = true
    void this.#pump(connection)
  }

  async #pump(connection: WireConnection): Promise<void> {
    try {
      for await (const chunk of this.#chunks) {
        if (this.#stopped) return
        connection.sendCopyFromChunk(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))
        if (connection.stream.writableNeedDrain) await drained(connection)
      }
      if (!this.#stopped) connection.endCopyFrom()
    } catch (error) {
      this.#sourceError = { error }
      if (!this.#stopped) connection.sendCopyFail('the source of the data failed')
    }
  }

  handleCommandComplete(message: { text: string }): void {
    const rows = COPY_TAG.exec(message.text)?.[1]
    if (rows !== undefined) this.#rows = Number(rows)
  }

  handleReadyForQuery(): void {
    this.#stopped = true
    this.#resolve(this.#rows)
  }

  handleError(error: unknown): void {
    this.#stopped = true
    this.#reject(this.#sourceError === null ? error : this.#sourceError.error)
  }

  handleRowDescription(): void {}
  handleDataRow(): void {}
  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
  handleCopyData(): void {}
}

function drained(connection: WireConnection): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      connection.stream.off('drain', done)
      connection.stream.off('close', done)
      resolve()
    }
    connection.stream.once('drain', done)
    connection.stream.once('close', done)
  })
}

/** COPY … TO STDOUT: a queue between the server and the reader that pauses the socket while it is full. Chunks are whole pieces of the stream, not rows. */
export class WireCopyOut implements Submittable {
  /** Settles when the server is done with the statement. */
  readonly outcome: Promise<void>
  readonly #text: string
  #queue: Uint8Array[] = []
  #connection: WireConnection | null = null
  #paused = false
  #discard = false
  #ended: { readonly error: unknown } | 'done' | null = null
  #wake: () => void = () => {}
  /** True while the reader has nothing to do. */
  #waiting = false
  #frames: CopyFrames | null = null
  /** Gives the bytes back to the driver. */
  #restore: () => void = () => {}
  #resolve: () => void = () => {}
  #reject: (error: unknown) => void = () => {}

  constructor(text: string) {
    this.#text = text
    this.outcome = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    this.outcome.catch(() => {}) // also given to the reader, who may have left
  }

  /** Until the server is done, the bytes go past the driver, which would make an object and two events of each row. */
  submit(connection: WireConnection): void {
    this.#connection = connection
    const { stream } = connection
    const drivers = stream.listeners('data') as ((bytes: Buffer) => void)[]
    const frames = new CopyFrames(
      (bytes) => {
        for (const driver of drivers) driver.call(stream, bytes)
      },
      (bytes) => this.#receive(bytes),
    )
    this.#frames = frames
    const listen = (bytes: Buffer): void => {
      frames.push(bytes)
      if (this.#waiting) this.#wake()
    }
    stream.on('data', listen)
    for (const driver of drivers) stream.off('data', driver)
    this.#restore = () => {
      this.#restore = () => {}
      for (const driver of drivers) stream.on('data', driver)
      stream.off('data', listen)
    }
    connection.query(this.#text)
  }

  #receive(bytes: Uint8Array): void {
    if (this.#discard) return
    this.#queue.push(bytes)
    if (this.#queue.length >= MAX_QUEUED_CHUNKS && !this.#paused) {
      this.#paused = true
      this.#connection?.stream.pause()
    }
  }

  /** The next chunks, or null at the end; throws what the server answered. */
  async next(): Promise<readonly Uint8Array[] | null> {
    this.#takeRest()
    while (this.#queue.length === 0 && this.#ended === null) {
      await new Promise<void>((resolve) => {
        this.#waiting = true
        this.#wake = resolve
      })
      this.#waiting = false
      this.#takeRest()
    }
    const chunks = this.#queue
    this.#queue = []
    this.#resume()
    if (chunks.length > 0) return chunks
    if (this.#ended !== null && this.#ended !== 'done') throw this.#ended.error
    return null
  }

  /** What has come of a piece that is not full: a reader who has nothing else need not wait for more. */
  #takeRest(): void {
    if (this.#queue.length > 0 || this.#discard) return
    const rest = this.#frames?.rest() ?? null
    if (rest !== null) this.#queue.push(rest)
  }

  get ended(): boolean {
    return this.#ended !== null
  }

  /** Reads the rest from the wire and drops it. */
  discard(): void {
    this.#discard = true
    this.#queue = []
    this.#resume()
  }

  #resume(): void {
    if (!this.#paused) return
    this.#paused = false
    this.#connection?.stream.resume()
  }

  handleReadyForQuery(): void {
    this.#ended ??= 'done'
    this.#restore()
    this.#resolve()
    this.#wake()
  }

  handleError(error: unknown): void {
    this.#ended ??= { error }
    this.#reject(error)
    this.#wake()
  }

  handleCommandComplete(): void {}
  handleRowDescription(): void {}
  handleDataRow(): void {}
  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
  handleCopyData(): void {}
  handleCopyInResponse(connection: WireConnection): void {
    connection.sendCopyFail('COPY FROM STDIN where COPY TO STDOUT was expected')
  }
}
