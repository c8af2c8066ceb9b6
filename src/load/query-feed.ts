import type { Dialect, Engine, ResultColumn, Session } from '../adapters/interface.ts'
import { asTdbtError, TdbtError } from '../core/index.ts'
import type { ColumnShape, Constant, Feed, FeedColumn, LoadJob, Written } from './job.ts'
import { joinChunks } from './join-chunks.ts'
import { LoadProgress } from './load-progress.ts'
import { fitsDecimal, isBuiltIn, mapType } from './map-type.ts'
import { readCopyRows } from './read-copy-rows.ts'
import { RowSetHash } from './row-set-hash.ts'

export interface QueryOrigin {
  readonly engine: Engine
  /** What stands behind FROM: a table or a query in parentheses with a name. */
  readonly from: string
  /** For messages: `crm.public.orders`. */
  readonly label: string
  /** Rows above the last watermark only. */
  readonly incremental: boolean
}

/** The rows of a table or query of another engine, as it is at one moment: what is counted is what is copied. */
export async function openQueryFeed(job: LoadJob, origin: QueryOrigin): Promise<Feed> {
  const session = await origin.engine.acquire(`${job.node.unique_id}.origin`, job.signal)
  try {
    await session.begin()
    const { dialect } = origin.engine.adapter
    if (dialect.snapshotSql !== undefined) await session.execute(dialect.snapshotSql)
    const { columns } = await describe(session, origin)
    const sameFamily = isSameFamily(origin.engine, job.engine)
    const feed: FeedColumn[] = []
    for (const column of columns) {
      const scale = await scaleOf(session, origin, column, job.dialect, sameFamily)
      feed.push({ name: column.name, type: mapType(column, job.dialect, sameFamily, scale) })
    }
    return new QueryFeed(job, origin, session, columns, feed)
  } catch (error) {
    await session.release()
    throw error
  }
}

function isSameFamily(a: Engine, b: Engine): boolean {
  const { copyBinary } = a.adapter.capabilities
  return copyBinary !== undefined && copyBinary === b.adapter.capabilities.copyBinary
}

async function describe(
  session: Session,
  { from, label }: QueryOrigin,
): Promise<{ readonly columns: readonly ResultColumn[] }> {
  try {
    return await session.execute(`select * from ${from} where 1 = 0`)
  } catch (error) {
    throw unreadable(error, label)
  }
}

/** What the origin's engine says of a statement, as the origin's. */
function unreadable(error: unknown, label: string): unknown {
  const { code, message, details } = asTdbtError(error)
  if (code !== 'T5003') return error
  return new TdbtError('T8011', `The origin cannot be read: ${message.split('\n')[0] ?? message}`, {
    ...details,
    found: label,
    expected: 'a table or query that its connection may read',
    hint: 'Look at table:, schema: or query: of the load, and at the connection it names.',
    cause: error,
  })
}

/** A value that the target's type does not take. */
function refused(error: unknown): unknown {
  const { code, message, details } = asTdbtError(error)
  if (code !== 'T5003' || !/out of range|overflow|could not convert|invalid input syntax/i.test(message)) return error
  return new TdbtError(code, message, {
    ...details,
    hint: 'Nothing was loaded. Give the column another type under columns of the load; where the table has the old type, build it anew with --full-refresh.',
    cause: error,
  })
}

/** Chunks of the origin, whose failures are told from those of the target. */
async function* chunksOf(chunks: AsyncIterable<Uint8Array>, label: string): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks
  } catch (error) {
    throw unreadable(error, label)
  }
}

/** Digits after the point of a decimal without declared ones, where the target needs to know. */
async function scaleOf(
  session: Session,
  { engine, from }: QueryOrigin,
  { name, kind, type }: ResultColumn,
  target: Dialect,
  sameFamily: boolean,
): Promise<number | null> {
  const { dialect } = engine.adapter
  if (sameFamily || kind !== 'decimal' || fitsDecimal(type, target) || target.decimalType === undefined) return null
  if (dialect.scaleSql === undefined) return null
  const { rows } = await session.execute(`select max(${dialect.scaleSql(dialect.quote(name))}) from ${from}`)
  const scale = rows[0]?.[0]
  return scale === null || scale === undefined ? null : Number(scale)
}

class QueryFeed implements Feed {
  readonly columns: readonly FeedColumn[]
  readonly isEmpty = false
  readonly #job: LoadJob
  readonly #origin: QueryOrigin
  readonly #session: Session
  readonly #described: readonly ResultColumn[]
  /** A query that has not begun to answer would hold the session for as long as it takes. */
  readonly #cancel: () => void

  constructor(
    job: LoadJob,
    origin: QueryOrigin,
    session: Session,
    described: readonly ResultColumn[],
    columns: readonly FeedColumn[],
  ) {
    this.#job = job
    this.#origin = origin
    this.#session = session
    this.#described = described
    this.columns = columns
    this.#cancel = () => {
      // What cannot be cancelled ends by itself; the load's own error is what is told.
      session.cancel().catch(() => undefined)
    }
    job.signal?.addEventListener('abort', this.#cancel, { once: true })
  }

  async write(table: string, columns: readonly ColumnShape[], constants: readonly Constant[]): Promise<Written> {
    const { names, session } = this.#job
    const binary = this.#binary(columns)
    const format = binary ? 'binary' : 'text'
    const { dialect } = this.#origin.engine.adapter
    const expressions = [
      ...columns.map((column) => this.#expression(column, binary)),
      ...constants.map(({ value, type }) => {
        const text = dialect.literal(typeof value === 'string' ? value : '')
        return binary ? `cast(${text} as ${type})` : text
      }),
    ]
    const list = [...columns, ...constants].map(({ name }) => names.column(name)).join(', ')
    const where = this.#where()
    const { from, label } = this.#origin
    const count = await this.#session.execute(`select count(*) from ${from}${where}`).catch((error: unknown) => {
      throw unreadable(error, where === '' ? label : `${label}${where}`)
    })
    const options = format === 'binary' ? ' (format binary)' : ''
    const chunks = this.#session.copyTo(
      `copy (select ${expressions.join(', ')} from ${this.#origin.from}${where}) to stdout${options}`,
    )
    let bytes = 0
    const progress = new LoadProgress(this.#job)
    const counted = joinChunks(chunksOf(chunks, label), (size) => {
      bytes += size
      progress.add(size)
    })
    try {
      await session.copyFrom(`copy ${table} (${list}) from stdin${options}`, counted)
    } catch (error) {
      this.#cancel()
      throw refused(error)
    }
    return { originRows: Number(count.rows[0]?.[0] ?? 0), rejects: [], files: [], bytes, format }
  }

  async hash(columns: readonly ColumnShape[]): Promise<string> {
    const list = columns.map((column) => this.#expression(column, false)).join(', ')
    const hash = new RowSetHash(columns)
    const chunks = this.#session.copyTo(`copy (select ${list} from ${this.#origin.from}${this.#where()}) to stdout`)
    for await (const row of readCopyRows(chunks)) hash.add(row)
    return hash.digest()
  }

  async writeKeys(table: string, columns: readonly ColumnShape[]): Promise<number | null> {
    const { names, session } = this.#job
    const { dialect } = this.#origin.engine.adapter
    const theirs = columns.map(({ name }) => dialect.quote(name)).join(', ')
    const ours = columns.map(({ name }) => names.column(name)).join(', ')
    const chunks = this.#session.copyTo(`copy (select ${theirs} from ${this.#origin.from}) to stdout`)
    return await session.copyFrom(
      `copy ${table} (${ours}) from stdin`,
      joinChunks(chunks, () => undefined),
    )
  }

  async close(): Promise<void> {
    this.#job.signal?.removeEventListener('abort', this.#cancel)
    await this.#session.release()
  }

  /** Rows at or above the last watermark less the lag. With a key they may come again; without one only what is above. */
  #where(): string {
    const { spec, watermark, anew } = this.#job
    const { dialect } = this.#origin.engine.adapter
    if (!this.#origin.incremental || watermark === null || anew || spec.watermark === null) return ''
    const column = dialect.quote(spec.watermark)
    const type = this.#described.find(({ name }) => name === spec.watermark)?.type ?? 'timestamp'
    const last = `cast(${dialect.literal(watermark)} as ${type})`
    const from =
      spec.lag === null
        ? last
        : typeof spec.lag === 'number'
          ? `${last} - ${spec.lag}`
          : `${last} - interval ${dialect.literal(spec.lag)}`
    return spec.key.length > 0 ? ` where ${column} >= ${from} or ${column} is null` : ` where ${column} > ${from}`
  }

  /** A column that the origin lacks is null; in binary its type has to be right, in text the origin need not know it. */
  #expression({ name, type }: ColumnShape, binary: boolean): string {
    const { dialect } = this.#origin.engine.adapter
    const described = this.#described.find((column) => column.name === name)
    if (described !== undefined) return dialect.quote(name)
    return binary ? `cast(null as ${type})` : 'null'
  }

  /** Bytes go on as they are where both sides are of one family and each column of one built-in type. */
  #binary(columns: readonly ColumnShape[]): boolean {
    if (!isSameFamily(this.#origin.engine, this.#job.engine)) return false
    return columns.every(({ name, type }) => {
      const there = this.#described.find((column) => column.name === name)
      return isBuiltIn(type) && (there === undefined || there.type === type)
    })
  }
}
