import { type EventSink, TdbtError } from '../../core/index.ts'
import type { Cell, ExecuteOptions, QueryResult, ResultColumn, SendOptions, Session } from '../interface.ts'
import { statementDone, timedStatement } from '../timed-statement.ts'
import { type ColumnType, describedType, describeTypesSql } from './column-types.ts'
import { responseFromTag } from './command-tag.ts'
import type { Wire } from './connect-session.ts'
import { statementError } from './server-error.ts'
import { WireCopyIn, WireCopyOut } from './wire-copy.ts'
import { encodeParameter, type Submittable, typeKey, WireQuery, type WireResult } from './wire-query.ts'

export interface SessionOptions {
  readonly name: string
  readonly wire: Wire
  /** Where the server is, for messages. */
  readonly place: string
  readonly emit: EventSink
  /** Types the server named, by `oid:modifier`; one map an engine. */
  readonly types: Map<string, ColumnType>
  readonly giveBack: () => Promise<void>
  /** Throws for a text that this backend must not be given. */
  readonly guard?: (sql: string) => void
  /** COPY FROM STDIN by another road than the protocol's. */
  readonly copyFrom?: (sql: string, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) => Promise<number>
}

/** Goes before a text that is to open a transaction: one message, one round trip. */
const BEGIN = 'begin; '
const BEGIN_ANEW = 'rollback; begin; '

/** What may leave settings, temporary tables or the like behind on the connection. A false hit costs one round trip at release. */
const LEAVES_TRACES = /\b(?:set|temp|temporary|set_config|listen|prepare|declare|load|advisory|discard|pg_temp)\w*\b/i

/** One connection, lent until released. Statements that are asked for at once run one after the other. */
export class PostgresSession implements Session {
  readonly name: string
  readonly #options: SessionOptions
  readonly #wire: Wire
  #tail: Promise<void> = Promise.resolve()
  /** Statements of the user that are not answered yet. */
  #running = 0
  /** Holders of the connection, and those who wait for it, other than `send`. */
  #holders = 0
  #cancelRequested = false
  /** A request to cancel that is on its way: nothing else starts on the connection meanwhile, or it would be what is cancelled. */
  #cancelling: Promise<void> | undefined
  #traces = false
  #released: Promise<void> | null = null

  constructor(options: SessionOptions) {
    this.name = options.name
    this.#options = options
    this.#wire = options.wire
    this.#wire.onNotice = (severity, message) => {
      options.emit({ type: 'log', level: 'debug', message: `${severity}: ${message}`, nodeId: options.name })
    }
  }

  get inTransaction(): boolean {
    return this.#wire.alive && this.#wire.status !== 'I'
  }

  execute(sql: string, options: ExecuteOptions = {}): Promise<QueryResult> {
    return this.#exclusive(() => {
      const prefix = options.begin && this.#wire.status === 'I' ? BEGIN : ''
      return this.#run(sql, new WireQuery(`${prefix}${sql}`, null, options), prefix.length)
    })
  }

  send(sql: string, options: SendOptions = {}): Promise<QueryResult> {
    if (this.#holders > 0 || !this.#wire.pipelines) return this.#exclusive(() => this.#sendNow(sql, options))
    const answer = this.#sendNow(sql, options, true)
    const before = this.#tail
    // Who wants the connection for itself waits for the answer; how the statement went is the sender's business.
    this.#tail = answer.then(
      () => before,
      () => before,
    )
    return answer
  }

  #sendNow(sql: string, options: SendOptions, ahead = false): Promise<QueryResult> {
    const idle = this.#wire.status === 'I' && this.#running === 0
    const prefix = idle ? (options.apart || options.begin ? BEGIN : '') : options.apart ? BEGIN_ANEW : ''
    return this.#run(sql, new WireQuery(`${prefix}${sql}`, null, options), prefix.length, ahead)
  }

  query(sql: string, parameters: readonly unknown[]): Promise<QueryResult> {
    return this.#exclusive(() => this.#run(sql, new WireQuery(sql, parameters.map(encodeParameter))))
  }

  async begin(): Promise<void> {
    await this.execute('begin')
  }

  /** Throws T5003 when the server rolled back instead, which it does for a transaction in which a statement failed. */
  async commit(): Promise<void> {
    const { response } = await this.execute('commit')
    if (response.code !== 'ROLLBACK') return
    throw new TdbtError('T5003', 'The transaction was rolled back, since a statement in it had failed', {
      sql: 'commit',
      found: 'ROLLBACK',
      expected: 'COMMIT',
    })
  }

  /** Does nothing on a lost connection: the server has rolled back by then. */
  async rollback(): Promise<void> {
    if (this.#wire.alive) await this.execute('rollback')
  }

  copyFrom(sql: string, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<number> {
    return this.#exclusive(() =>
      this.#statement(sql, async () => {
        const other = this.#options.copyFrom
        if (other !== undefined) return await other(sql, chunks)
        const copy = new WireCopyIn(sql, chunks)
        return await this.#submit(copy, copy.outcome, sql)
      }),
    )
  }

  /** Leaving the loop early cancels the statement, which fails a transaction it is part of. */
  async *copyTo(sql: string): AsyncGenerator<Uint8Array, void, undefined> {
    const unlock = await this.#lock()
    try {
      this.#admit(sql)
      // The copy reads the connection itself: nothing of an earlier answer may be on its way.
      await this.#wire.ready()
      const copy = new WireCopyOut(sql)
      this.#start()
      this.#wire.submit(copy)
      try {
        for (;;) {
          const chunks = await copy.next()
          if (chunks === null) break
          yield* chunks
        }
      } catch (error) {
        throw this.#failure(error, sql)
      } finally {
        if (!copy.ended) {
          copy.discard()
          if (!this.#wire.cancelEndsConnection) await this.#wire.cancel()
        }
        await this.#settle()
      }
    } finally {
      unlock()
    }
  }

  async cancel(): Promise<void> {
    if (this.#running === 0) return
    this.#cancelRequested = true
    const sent = this.#wire.cancel()
    this.#cancelling = sent.catch(() => {})
    await sent
  }

  reset(): Promise<void> {
    return this.#exclusive(async () => {
      if (!this.#traces || this.inTransaction || !this.#wire.alive) return
      await this.#wire.reset()
      this.#traces = false
    })
  }

  release(): Promise<void> {
    this.#released ??= this.#giveBack()
    return this.#released
  }

  async #giveBack(): Promise<void> {
    const unlock = await this.#lock()
    try {
      if (this.inTransaction) await this.#plain('rollback')
      if (this.#traces && this.#wire.alive) await this.#wire.reset()
    } catch {
      // What cannot be cleaned is not lent again.
      await this.#wire.end()
    } finally {
      this.#wire.onNotice = null
      await this.#options.giveBack()
      unlock()
    }
  }

  async #plain(sql: string): Promise<void> {
    const query = new WireQuery(sql, null)
    await this.#submit(query, query.outcome, sql)
  }

  /** `prefixLength`: how many characters went before the text, which the server counts and the user must not. */
  async #run(sql: string, query: WireQuery, prefixLength = 0, ahead = false): Promise<QueryResult> {
    this.#options.guard?.(sql)
    this.#admit(sql)
    // A run sends some statements a node: this is `timedStatement` without the promises in between.
    const startedAt = performance.now()
    const outcome = await this.#submit(query, query.outcome, sql, prefixLength, ahead)
    const response = responseFromTag(outcome.tag)
    const rows = outcome.result === null ? { columns: [], rows: [] } : await this.#typed(outcome.result)
    statementDone(this.#options.emit, this.name, startedAt)
    return { columns: rows.columns, rows: rows.rows, response }
  }

  /** Columns with their types; what the table of known types lacks is asked for once an engine. */
  async #typed(result: WireResult): Promise<{ columns: readonly ResultColumn[]; rows: readonly (readonly Cell[])[] }> {
    const cache = this.#options.types
    const missing = result.fields
      .filter((_, index) => result.types[index] === undefined)
      .map(typeKey)
      .filter((key) => !cache.has(`${key.oid}:${key.modifier}`))
    if (missing.length > 0) {
      const sql = describeTypesSql(missing)
      const query = new WireQuery(sql, null)
      const answer = await this.#submit(query, query.outcome, sql)
      missing.forEach((key, index) => {
        const texts = (answer.result?.rows[index] ?? []).map((cell) => (cell === null ? null : String(cell)))
        cache.set(`${key.oid}:${key.modifier}`, describedType(texts))
      })
    }
    const late = new Map<number, ColumnType>()
    const columns = result.fields.map((field, index): ResultColumn => {
      const ready = result.types[index]
      if (ready !== undefined)
        return { name: field.name, type: ready.name, kind: ready.kind, typeCode: field.dataTypeID }
      const type = cache.get(`${field.dataTypeID}:${field.dataTypeModifier}`) ?? describedType([])
      late.set(index, type)
      return { name: field.name, type: type.name, kind: type.kind, typeCode: field.dataTypeID }
    })
    if (late.size === 0) return { columns, rows: result.rows }
    const rows = result.rows.map((row) =>
      row.map((cell, index) => {
        const type = late.get(index)
        return type === undefined || typeof cell !== 'string' ? cell : type.parse(cell)
      }),
    )
    return { columns, rows }
  }

  /** What a statement of the user has around it: the checks before, and the words in the log. */
  async #statement<T>(sql: string, work: () => Promise<T>): Promise<T> {
    this.#admit(sql)
    return await timedStatement(this.#options.emit, this.name, work)
  }

  #admit(sql: string): void {
    if (this.#released !== null) {
      throw new TdbtError('T0001', `Session ${this.name} was used after its release`, { sql })
    }
    this.#options.emit({ type: 'sql', connection: this.name, sql })
    this.#traces ||= LEAVES_TRACES.test(sql)
  }

  async #submit<T>(query: Submittable, outcome: Promise<T>, sql: string, prefixLength = 0, ahead = false): Promise<T> {
    this.#start()
    if (ahead && query instanceof WireQuery) this.#wire.sendAhead(query)
    else this.#wire.submit(query)
    try {
      return await outcome
    } catch (error) {
      throw this.#failure(error, sql, prefixLength)
    } finally {
      const settled = this.#settle()
      if (settled !== undefined) await settled
    }
  }

  #start(): void {
    if (this.#running === 0) this.#cancelRequested = false
    this.#running += 1
  }

  /** undefined where there is nothing to wait for. */
  #settle(): Promise<void> | undefined {
    if (this.#running > 1) {
      this.#running -= 1
      // What was sent behind the one that was cancelled is not to run either.
      return this.#cancelRequested && this.#wire.alive ? this.cancel() : undefined
    }
    const ready = this.#wire.ready()
    if (ready !== undefined || this.#cancelling !== undefined) return this.#settleAfter(ready)
    this.#running = 0
    return undefined
  }

  async #settleAfter(ready: Promise<void> | undefined): Promise<void> {
    await ready
    this.#running = 0
    await this.#cancelling
  }

  #failure(error: unknown, sql: string, prefixLength = 0): TdbtError {
    return statementError(error, {
      sql,
      prefixLength,
      place: this.#options.place,
      cancelled: this.#cancelRequested,
    })
  }

  async #exclusive<T>(work: () => Promise<T>): Promise<T> {
    const unlock = await this.#lock()
    try {
      return await work()
    } finally {
      unlock()
    }
  }

  async #lock(): Promise<() => void> {
    const before = this.#tail
    let unlock: () => void = () => {}
    this.#holders += 1
    this.#tail = new Promise<void>((resolve) => {
      unlock = () => {
        this.#holders -= 1
        resolve()
      }
    })
    await before
    return unlock
  }
}
