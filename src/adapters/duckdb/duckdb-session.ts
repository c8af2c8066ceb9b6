import {
  DuckDBBlobValue,
  DuckDBListValue,
  type DuckDBPreparedStatement,
  type DuckDBValue,
  StatementType,
} from '@duckdb/node-api'
import { type AdapterResponse, type EventSink, TdbtError } from '../../core/index.ts'
import type { ExecuteOptions, QueryResult, Session } from '../interface.ts'
import { timedStatement } from '../timed-statement.ts'
import {
  type CopyColumn,
  copiedQuery,
  copyFile,
  loadFileSql,
  readPieces,
  saveFileSql,
  spool,
  textLinesSql,
} from './copy-files-session.ts'
import { type CopyStatement, parseCopy, refuseStandardStreams } from './copy-statement.ts'
import { type ReadResult, readResult, type Wire, zoneOf } from './duckdb-connection.ts'
import { type SqlPiece, splitStatements } from './split-statements.ts'
import { statementError } from './statement-error.ts'
import type { WriteLock } from './write-lock.ts'

export interface SessionOptions {
  readonly name: string
  readonly wire: Wire
  readonly emit: EventSink
  readonly lock: WriteLock
  /** Statements commit one by one, whoever asks for a transaction: the profile's `disable_transactions`. */
  readonly disableTransactions: boolean
  /** A connection in place of one that is not clean. */
  readonly renew: (wire: Wire) => Promise<Wire>
  readonly giveBack: (wire: Wire) => Promise<void>
}

/** What dbt-duckdb answers for every statement. */
const RESPONSE: AdapterResponse = { _message: 'OK' }
const NOTHING: QueryResult = { columns: [], rows: [], response: { _message: '', code: '', rows_affected: -1 } }

/** Statements that change the database's files. */
const WRITES: ReadonlySet<StatementType> = new Set([
  StatementType.INSERT,
  StatementType.UPDATE,
  StatementType.DELETE,
  StatementType.CREATE,
  StatementType.CREATE_FUNC,
  StatementType.ALTER,
  StatementType.DROP,
  StatementType.COPY,
  StatementType.COPY_DATABASE,
  StatementType.MERGE_INTO,
  StatementType.VACUUM,
  StatementType.ATTACH,
  StatementType.DETACH,
  StatementType.EXECUTE,
])

const TRANSACTION_WORDS = new Set(['BEGIN', 'START', 'COMMIT', 'END', 'ROLLBACK', 'ABORT'])

/** What may leave settings, temporary tables or prepared statements behind on the connection. A false hit costs a new connection. */
const LEAVES_TRACES = /\b(?:set|temp|temporary|pragma|prepare|use|reset)\b/i

const SETS_ZONE = /^\s*(?:re)?set\b[^;]*time\s*zone/i

type TransactionState = 'none' | 'reading' | 'writing' | 'failed'

/** One connection, lent until released. Statements that are asked for at once run one after the other. */
export class DuckdbSession implements Session {
  readonly name: string
  readonly #options: SessionOptions
  #wire: Wire
  #tail: Promise<void> = Promise.resolve()
  #running = false
  #cancelRequested = false
  #traces = false
  #state: TransactionState = 'none'
  /** How much had been written when the transaction began. */
  #seen = 0
  #released: Promise<void> | null = null

  constructor(options: SessionOptions) {
    this.name = options.name
    this.#options = options
    this.#wire = options.wire
  }

  get inTransaction(): boolean {
    return this.#wire.alive && this.#state !== 'none'
  }

  execute(sql: string, options: ExecuteOptions = {}): Promise<QueryResult> {
    return this.#exclusive(() => this.#statement(sql, () => this.#run(sql, options)))
  }

  query(sql: string, parameters: readonly unknown[]): Promise<QueryResult> {
    return this.#exclusive(() => this.#statement(sql, () => this.#run(sql, {}, parameters)))
  }

  async begin(): Promise<void> {
    await this.execute('begin')
  }

  /** Throws T5003 when the transaction can only be rolled back, since a statement in it failed. */
  async commit(): Promise<void> {
    await this.execute('commit')
  }

  async rollback(): Promise<void> {
    if (this.inTransaction) await this.execute('rollback')
  }

  copyFrom(sql: string, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<number> {
    return this.#exclusive(() =>
      this.#statement(sql, async () => {
        const copy = parseCopy(sql)
        if (copy.direction !== 'in') throw new TdbtError('T5007', 'Not a COPY … FROM STDIN statement', { sql })
        const file = await copyFile()
        try {
          const { lineFeeds } = await spool(file.path, copy, chunks)
          const load = loadFileSql(copy, { path: file.path, lineFeeds }, await this.#columns(copy, sql))
          return await this.#guarded(sql, 0, async () => {
            await this.#beforeWrite()
            const result = await this.#wire.connection.run(load)
            return result.rowsChanged
          })
        } catch (error) {
          if (this.#state !== 'none') this.#state = 'failed'
          throw error
        } finally {
          if (this.#state === 'none') this.#options.lock.release(this)
          await file.remove()
        }
      }),
    )
  }

  async *copyTo(sql: string): AsyncGenerator<Uint8Array, void, undefined> {
    const unlock = await this.#lock()
    try {
      this.#admit(sql)
      const copy = parseCopy(sql)
      if (copy.direction !== 'out') throw new TdbtError('T5007', 'Not a COPY … TO STDOUT statement', { sql })
      const columns = await this.#columns(copy, sql)
      if (copy.format === 'csv') yield* this.#copyCsv(sql, copy, columns)
      else yield* this.#copyText(sql, copy, columns)
    } finally {
      unlock()
    }
  }

  async *#copyCsv(sql: string, copy: CopyStatement, columns: readonly CopyColumn[]): AsyncGenerator<Uint8Array> {
    const file = await copyFile()
    try {
      await this.#guarded(sql, 0, () => this.#wire.connection.run(saveFileSql(copy, file.path, columns)))
      yield* readPieces(file.path)
    } finally {
      await file.remove()
    }
  }

  async *#copyText(sql: string, copy: CopyStatement, columns: readonly CopyColumn[]): AsyncGenerator<Uint8Array> {
    const encoder = new TextEncoder()
    const result = await this.#guarded(sql, 0, () => this.#wire.connection.stream(textLinesSql(copy, columns)))
    for (;;) {
      const chunk = await this.#guarded(sql, 0, () => result.fetchChunk())
      if (chunk === null || chunk.rowCount === 0) return
      yield encoder.encode(`${chunk.getColumnValues(0).join('\n')}\n`)
    }
  }

  async cancel(): Promise<void> {
    if (!this.#running) return
    this.#cancelRequested = true
    this.#options.lock.giveUp(this)
    // An interrupt that comes before the engine has begun is forgotten there: again until it ends.
    while (this.#running && this.#cancelRequested && this.#wire.alive) {
      this.#wire.connection.interrupt()
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  reset(): Promise<void> {
    return this.#exclusive(async () => {
      if (!this.#traces || this.inTransaction || !this.#wire.alive) return
      this.#wire = await this.#options.renew(this.#wire)
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
      if (this.inTransaction) await this.#wire.connection.run('rollback')
      if (this.#traces && this.#wire.alive) this.#wire = await this.#options.renew(this.#wire)
    } catch {
      // What cannot be cleaned is not lent again.
      this.#wire.alive = false
    } finally {
      this.#state = 'none'
      this.#options.lock.release(this)
      await this.#options.giveBack(this.#wire)
      unlock()
    }
  }

  async #run(sql: string, options: ExecuteOptions, parameters?: readonly unknown[]): Promise<QueryResult> {
    refuseStandardStreams(sql)
    const pieces = splitStatements(sql)
    if (options.begin) await this.#open()
    if (pieces.length === 0) return NOTHING
    // A text with a mistake in its last statement runs none of them.
    if (pieces.length > 1) {
      for (const piece of pieces)
        await this.#guarded(sql, piece.line, () => this.#wire.connection.extractStatements(piece.sql))
    }
    let last: ReadResult | null = null
    let count: ReadResult | null = null
    for (const piece of pieces) {
      const { rows, changed } = await this.#piece(sql, piece, options.maxRows, parameters)
      last = rows ?? last
      count = changed ?? count
    }
    return { ...(last ?? count ?? { columns: [], rows: [] }), response: RESPONSE }
  }

  /** One statement of a text, which DuckDB may make several of (PIVOT). */
  async #piece(
    sql: string,
    piece: SqlPiece,
    maxRows: number | undefined,
    parameters: readonly unknown[] | undefined,
  ): Promise<{ readonly rows: ReadResult | null; readonly changed: ReadResult | null }> {
    if (TRANSACTION_WORDS.has(piece.word)) {
      await this.#transaction(sql, piece)
      return { rows: null, changed: null }
    }
    if (this.#state === 'failed') throw this.#aborted(sql)
    try {
      return await this.#guarded(sql, piece.line, async () => {
        let rows: ReadResult | null = null
        let changed: ReadResult | null = null
        let extracted = await this.#wire.connection.extractStatements(piece.sql)
        for (let index = 0; index < extracted.count; index++) {
          let prepared = await extracted.prepare(index)
          if (WRITES.has(prepared.statementType) && !writesFile(piece) && (await this.#beforeWrite())) {
            // What was prepared before the wait may speak of tables that are gone.
            prepared.destroySync()
            extracted = await this.#wire.connection.extractStatements(piece.sql)
            prepared = await extracted.prepare(index)
          }
          try {
            const result = await this.#submit(prepared, maxRows, parameters)
            if (isQuery(prepared.statementType)) rows = result
            else if (result.columns.length > 0) changed = result
          } finally {
            prepared.destroySync()
          }
        }
        if (SETS_ZONE.test(piece.sql)) this.#wire.zone = await zoneOf(this.#wire.connection)
        return { rows, changed }
      })
    } catch (error) {
      if (this.#state !== 'none') this.#state = 'failed'
      throw error
    } finally {
      if (this.#state === 'none') this.#options.lock.release(this)
    }
  }

  async #submit(
    prepared: DuckDBPreparedStatement,
    maxRows: number | undefined,
    parameters: readonly unknown[] | undefined,
  ): Promise<ReadResult> {
    if (parameters !== undefined && parameters.length > 0) prepared.bind(parameters.map(parameterValue))
    const result = maxRows === undefined ? await prepared.run() : await prepared.stream()
    return await readResult(result, this.#wire.zone, maxRows)
  }

  /** The writer's place, and a transaction that has seen everything written so far. True where something was written meanwhile. */
  async #beforeWrite(): Promise<boolean> {
    const { lock } = this.#options
    if (this.#state === 'writing') return false
    const before = lock.writes
    await lock.take(this)
    const old = (this.#state === 'reading' ? this.#seen : before) !== lock.writes
    if (this.#state !== 'reading') return old
    if (old) {
      // It has only read so far: begun again, it reads what the others wrote meanwhile and cannot be in conflict with it.
      await this.#wire.connection.run('rollback')
      await this.#wire.connection.run('begin')
    }
    this.#state = 'writing'
    return old
  }

  async #open(): Promise<void> {
    if (this.#state !== 'none' || this.#options.disableTransactions) return
    this.#seen = this.#options.lock.writes
    await this.#wire.connection.run('begin')
    this.#state = 'reading'
  }

  async #transaction(sql: string, piece: SqlPiece): Promise<void> {
    const { word } = piece
    if (this.#options.disableTransactions) return
    if (word === 'BEGIN' || word === 'START') {
      if (this.#state !== 'none') {
        await this.#guarded(sql, piece.line, () => this.#wire.connection.run(piece.sql))
        return
      }
      await this.#open()
      return
    }
    const failed = this.#state === 'failed'
    const commits = word === 'COMMIT' || word === 'END'
    try {
      if (this.#state === 'none') {
        await this.#guarded(sql, piece.line, () => this.#wire.connection.run(piece.sql))
        return
      }
      await this.#guarded(sql, piece.line, () => this.#wire.connection.run(commits && !failed ? 'commit' : 'rollback'))
    } finally {
      this.#state = 'none'
      this.#options.lock.release(this)
    }
    if (commits && failed) {
      throw new TdbtError('T5003', 'The transaction was rolled back, since a statement in it had failed', {
        sql,
        found: 'ROLLBACK',
        expected: 'COMMIT',
      })
    }
  }

  #aborted(sql: string): TdbtError {
    return new TdbtError('T5003', 'TransactionContext Error: Current transaction is aborted (please ROLLBACK)', {
      sql,
      found: 'TransactionContext',
    })
  }

  /** Names and types of what is copied. */
  async #columns(copy: CopyStatement, sql: string): Promise<readonly CopyColumn[]> {
    const query = copiedQuery(copy)
    return await this.#guarded(sql, 0, async () => {
      const reader = await this.#wire.connection.runAndReadAll(`describe ${query}`)
      return reader.getRows().map((row) => ({ name: String(row[0]), type: String(row[1]) }))
    })
  }

  /** What every statement of the user has around it: the checks before, and the words in the log. */
  async #statement<T>(sql: string, work: () => Promise<T>): Promise<T> {
    this.#admit(sql)
    this.#cancelRequested = false
    return await timedStatement(this.#options.emit, this.name, work)
  }

  #admit(sql: string): void {
    if (this.#released !== null) {
      throw new TdbtError('T0001', `Session ${this.name} was used after its release`, { sql })
    }
    if (!this.#wire.alive) throw new TdbtError('T5008', 'The database was closed', { sql })
    this.#options.emit({ type: 'sql', connection: this.name, sql })
    this.#traces ||= LEAVES_TRACES.test(sql)
  }

  /** Runs what may be interrupted and fails as a statement does. */
  async #guarded<T>(sql: string, line: number, work: () => Promise<T>): Promise<T> {
    this.#running = true
    try {
      if (this.#cancelRequested) throw new Error('INTERRUPT Error: Interrupted!')
      return await work()
    } catch (error) {
      throw statementError(error, { sql, line })
    } finally {
      this.#running = false
    }
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
    let unlock = (): void => {}
    this.#tail = new Promise((resolve) => {
      unlock = resolve
    })
    await before
    return unlock
  }
}

/** A COPY of a query changes files, not the database. */
function writesFile(piece: SqlPiece): boolean {
  return piece.word === 'COPY' && /^[^'"]*?\bcopy\s*\(/i.test(piece.sql)
}

function isQuery(type: StatementType): boolean {
  return (
    !WRITES.has(type) && type !== StatementType.SET && type !== StatementType.LOAD && type !== StatementType.TRANSACTION
  )
}

function parameterValue(value: unknown): DuckDBValue {
  if (value === null || value === undefined) return null
  if (typeof value === 'boolean' || typeof value === 'number' || typeof value === 'bigint' || typeof value === 'string')
    return value
  if (value instanceof Uint8Array) return new DuckDBBlobValue(value)
  if (Array.isArray(value)) return new DuckDBListValue(value.map(parameterValue))
  return JSON.stringify(value)
}
