import type { Cell, ExecuteOptions } from '../interface.ts'
import { type ColumnType, knownType, type TypeKey } from './column-types.ts'

/** What a submitted query calls on `pg`'s connection. */
export interface WireConnection {
  readonly stream: {
    pause(): unknown
    resume(): unknown
    cork(): void
    uncork(): void
    readonly writableNeedDrain: boolean
    once(event: 'drain' | 'close', listener: () => void): unknown
    off(event: 'drain' | 'close', listener: () => void): unknown
    on(event: 'data', listener: (bytes: Buffer) => void): unknown
    off(event: 'data', listener: (bytes: Buffer) => void): unknown
    listeners(event: 'data'): readonly unknown[]
  }
  query(text: string): void
  parse(message: { text: string; name: string; types: readonly number[] }): void
  bind(message: { portal: string; statement: string; values: readonly (string | Buffer | null)[] }): void
  describe(message: { type: 'P'; name: string }): void
  execute(message: { portal: string; rows: number }): void
  sync(): void
  sendCopyFromChunk(chunk: Buffer): void
  endCopyFrom(): void
  sendCopyFail(message: string): void
}

export interface WireField {
  readonly name: string
  readonly dataTypeID: number
  readonly dataTypeModifier: number
}

/** The rows of one statement, as they came. */
export interface WireResult {
  readonly fields: readonly WireField[]
  /** Cells as text until all types are known, then parsed. */
  readonly rows: (readonly Cell[])[]
  /** Types by column; undefined where the server must be asked. */
  readonly types: readonly (ColumnType | undefined)[]
}

/** What a text of statements gave. */
export interface WireOutcome {
  /** The last statement that gave rows. */
  readonly result: WireResult | null
  /** The command tag of the last statement; '' for an empty text. */
  readonly tag: string
}

type Parameters = readonly (string | Buffer | null)[]

/** `pg` calls these; its promise style is built on top here, since its own result cannot tell the whole command tag. */
export interface Submittable {
  callback?: () => void
  submit(connection: WireConnection): void
  handleRowDescription(message: { fields: readonly WireField[] }): void
  handleDataRow(message: { fields: readonly (string | null)[] }): void
  handleCommandComplete(message: { text: string }, connection: WireConnection): void
  handleEmptyQuery(connection: WireConnection): void
  handlePortalSuspended(connection: WireConnection): void
  handleReadyForQuery(connection: WireConnection): void
  handleError(error: unknown, connection: WireConnection): void
  handleCopyInResponse(connection: WireConnection): void
  handleCopyData(message: { chunk: Buffer }, connection: WireConnection): void
}

/**
 * One text through the simple protocol, or one statement with parameters through the extended one. Rows past `maxRows` are read
 * from the wire and dropped. COPY inside a text gets no data (`copyFrom`, `copyTo` are for that).
 */
export class WireQuery implements Submittable {
  callback?: () => void
  readonly outcome: Promise<WireOutcome>
  readonly #text: string
  readonly #parameters: Parameters | null
  readonly #maxRows: number
  #result: WireResult | null = null
  #tag = ''
  #sent = false
  #parsers: readonly ((text: string) => Cell)[] = []
  #resolve: (outcome: WireOutcome) => void = () => {}
  #reject: (error: unknown) => void = () => {}

  constructor(text: string, parameters: Parameters | null, options: ExecuteOptions = {}) {
    this.#text = text
    this.#parameters = parameters
    this.#maxRows = options.maxRows ?? Number.POSITIVE_INFINITY
    this.outcome = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  /** Writes the messages, once: what was sent ahead of its turn is not sent again when its turn comes. */
  submit(connection: WireConnection): void {
    if (this.#sent) return
    this.#sent = true
    if (this.#parameters === null) {
      connection.query(this.#text)
      return
    }
    connection.parse({ text: this.#text, name: '', types: [] })
    connection.bind({ portal: '', statement: '', values: this.#parameters })
    connection.describe({ type: 'P', name: '' })
    connection.execute({ portal: '', rows: 0 })
    connection.sync()
  }

  handleRowDescription(message: { fields: readonly WireField[] }): void {
    const types = message.fields.map((field) => knownType(typeKey(field)))
    this.#result = { fields: message.fields, rows: [], types }
    this.#parsers = types.map((type) => type?.parse ?? ((text) => text))
  }

  handleDataRow(message: { fields: readonly (string | null)[] }): void {
    const rows = this.#result?.rows
    if (rows === undefined || rows.length >= this.#maxRows) return
    const row: Cell[] = new Array(message.fields.length)
    for (let index = 0; index < message.fields.length; index++) {
      const text = message.fields[index] ?? null
      row[index] = text === null ? null : (this.#parsers[index]?.(text) ?? null)
    }
    rows.push(row)
  }

  handleCommandComplete(message: { text: string }): void {
    this.#tag = message.text
  }

  handleEmptyQuery(): void {}

  handlePortalSuspended(): void {}

  handleReadyForQuery(): void {
    this.#resolve({ result: this.#result, tag: this.#tag })
  }

  handleError(error: unknown): void {
    this.#reject(error)
  }

  handleCopyInResponse(connection: WireConnection): void {
    connection.sendCopyFail('COPY FROM STDIN has no data here; tdbt loads data through seeds and loads')
  }

  handleCopyData(): void {}
}

export function typeKey(field: WireField): TypeKey {
  return { oid: field.dataTypeID, modifier: field.dataTypeModifier }
}

/** A value from outside as the wire takes a parameter: text for all but bytes; objects as JSON, arrays as Postgres arrays. */
export function encodeParameter(value: unknown): string | Buffer | null {
  if (value === null || value === undefined) return null
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value)
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Uint8Array) return Buffer.from(value)
  if (Array.isArray(value)) return encodeArray(value)
  return JSON.stringify(value)
}

function encodeArray(values: readonly unknown[]): string {
  const members = values.map((value) => {
    if (Array.isArray(value)) return encodeArray(value)
    const text = encodeParameter(value)
    if (text === null) return 'NULL'
    const plain = typeof text === 'string' ? text : `\\x${text.toString('hex')}`
    return `"${plain.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
  })
  return `{${members.join(',')}}`
}
