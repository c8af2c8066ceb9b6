import type { Session } from '../adapters/interface.ts'
import { asTdbtError, TdbtError } from '../core/index.ts'
import { EngineRefusal, tooMany } from './csv-feed.ts'
import { withDiskHint } from './disk-hint.ts'
import type { ColumnShape, Constant, Feed, FeedColumn, LoadJob, Reject, Written } from './job.ts'
import type { LoadReport } from './load-report.ts'
import { beginBatch, recordBatch } from './load-state.ts'
import { planColumns } from './plan-columns.ts'
import { appendRows, checkKeys, flagDeleted, type Published, replaceTable, type Staged, upsertRows } from './publish.ts'
import { readCopyRows } from './read-copy-rows.ts'
import { writeRejects } from './rejects.ts'
import { RowSetHash } from './row-set-hash.ts'

/** A load before its transaction: what an attempt does not change. */
export interface LoadRequest extends Omit<LoadJob, 'batch' | 'watermark' | 'existing' | 'refused'> {
  /** Declared types in the engine's words. */
  readonly declared: Readonly<Record<string, string>>
  readonly openFeed: (job: LoadJob) => Promise<Feed>
}

/** How often a load begins anew because the engine refused a row that nothing here had seen to be wrong. */
const MAX_REFUSALS = 20

/**
 * Carries out a load in one transaction: rows, rejects and state are there together or not at all. Rows that only the engine refuses are put aside by
 * beginning anew without them.
 */
export async function loadTable(request: LoadRequest): Promise<LoadReport> {
  const refused: Reject[] = []
  for (;;) {
    try {
      return await attempt(request, refused)
    } catch (error) {
      if (request.session.inTransaction) await request.session.rollback()
      if (!(error instanceof EngineRefusal)) throw withDiskHint(error)
      refused.push(error.reject)
      const limit = Math.min(request.spec.rejectsLimit, MAX_REFUSALS)
      if (refused.length > limit) throw tooMany(refused, limit)
    }
  }
}

async function attempt(request: LoadRequest, refused: readonly Reject[]): Promise<LoadReport> {
  const { session, dialect, names, invocation } = request
  const began = invocation.now().getTime()
  await session.begin()
  const state = await beginBatch(session, dialect, names)
  const existing = await existingColumns(request)
  const watermark = await startOf(request, existing, state.watermark)
  const job: LoadJob = { ...request, ...state, watermark, existing, refused }
  const feed = await request.openFeed(job)
  try {
    // --empty: a table that is there will do.
    const nothing = feed.isEmpty || (invocation.flags.empty && existing !== null)
    const report = nothing ? null : await carryOut(job, request, feed)
    const rows = report === null ? await countRows(session, names.target) : report.rows_table
    const seconds = (invocation.now().getTime() - began) / 1000
    if (report !== null) return { ...report, seconds }
    await session.rollback()
    return {
      ...ofNode(job),
      mode: job.spec.mode,
      status: 'nothing new',
      batch_id: state.batch - 1,
      loaded_at: job.loadedAt,
      ...NO_ROWS,
      rows_table: rows,
      watermark: state.watermark,
      seconds,
    }
  } finally {
    await feed.close()
  }
}

async function carryOut(job: LoadJob, request: LoadRequest, feed: Feed): Promise<LoadReport> {
  const { session, names, spec, dialect } = job
  const replaces = spec.mode === 'full' || spec.mode === 'last_batch' || job.anew || job.existing === null
  const constants = constantsOf(job, feed)
  const typed = spec.origin.kind === 'connection' || spec.origin.format !== 'csv'
  const plan = planColumns({
    title: job.title,
    spec,
    feed: typed && job.existing !== null ? await inEngineWords(job, feed) : feed.columns,
    existing: job.anew ? null : job.existing,
    declared: request.declared,
    own: constants.map(({ name }) => name),
    replaces,
    typed,
    textType: dialect.typeFor('text'),
  })
  await session.execute(`drop table if exists ${names.staging}`)
  await createStaging(job, [...plan.staged, ...constants])
  const columns = (await session.execute(`select * from ${names.staging} where 1 = 0`)).columns
  const staged: Staged = { plan, columns: columns.map(({ name, type }) => ({ name, type })) }
  if (job.invocation.flags.empty) return await makeEmpty(job, staged)
  const travelling = staged.columns.filter(({ name }) => !constants.some((constant) => constant.name === name))
  const written = await feed.write(names.staging, travelling, constants)
  const rows = await verify(job, written)
  const hash = spec.check === 'hash' ? await compareHashes(job, feed, travelling) : null
  const watermark = await newWatermark(job)
  const unchanged = spec.mode === 'last_batch' && rows === 0 && job.existing !== null && !job.anew
  if (spec.mode === 'incremental') await checkKeys(job)
  const published = unchanged ? await keepTable(job) : await publish(job, staged, rows, replaces)
  if (published.rows !== rows) throw differs(job, rows, published.rows)
  const deleted = await flagDeleted(job, staged, feed)
  await writeRejects(job, written.rejects, replaces)
  await recordBatch(session, dialect, names, {
    batch: job.batch,
    loadedAt: job.loadedAt,
    mode: spec.mode,
    files: written.files,
    read: written.originRows,
    loaded: rows,
    rejected: written.rejects.length,
    watermark,
    invocationId: job.invocation.invocationId,
    anew: job.anew,
  })
  const total = replaces && !unchanged ? rows : await countRows(session, names.target)
  await session.commit()
  await analyze(job)
  return {
    ...ofNode(job),
    mode: spec.mode,
    status: unchanged ? 'nothing new' : 'loaded',
    batch_id: job.batch,
    loaded_at: job.loadedAt,
    rows_origin: written.originRows,
    rows_loaded: rows,
    rows_rejected: written.rejects.length,
    rows_updated: published.updated,
    rows_deleted: deleted,
    rows_table: total,
    hash,
    watermark,
    format: written.format,
    bytes: written.bytes,
    files: written.files,
    seconds: 0,
  }
}

/** --empty: the table with its columns, and no batch of which anything has to be known. */
async function makeEmpty(job: LoadJob, staged: Staged): Promise<LoadReport> {
  const { session, spec } = job
  await replaceTable(job, staged, 0)
  await session.commit()
  return {
    ...ofNode(job),
    mode: spec.mode,
    status: 'loaded',
    batch_id: 0,
    loaded_at: job.loadedAt,
    ...NO_ROWS,
    rows_table: 0,
    watermark: null,
    seconds: 0,
  }
}

function ofNode({ node }: Pick<LoadJob, 'node'>): Pick<LoadReport, 'unique_id' | 'relation_name'> {
  return { unique_id: node.unique_id, relation_name: node.relation_name }
}

const NO_ROWS = {
  rows_origin: 0,
  rows_loaded: 0,
  rows_rejected: 0,
  rows_updated: null,
  rows_deleted: null,
  hash: null,
  format: 'none',
  bytes: 0,
  files: [],
} as const

/** The origin's types as the target calls them, to hold them against the table's. */
async function inEngineWords({ session, title }: LoadJob, { columns }: Feed): Promise<readonly FeedColumn[]> {
  const written = Object.fromEntries(columns.flatMap(({ name, type }) => (type === null ? [] : [[name, type]])))
  const types = await canonicalTypes(session, title, written)
  return columns.map(({ name, type }) => ({ name, type: types[name] ?? type }))
}

async function publish(job: LoadJob, staged: Staged, rows: number, replaces: boolean): Promise<Published> {
  if (replaces) return await replaceTable(job, staged, rows)
  return job.spec.mode === 'incremental' ? await upsertRows(job, staged) : await appendRows(job, staged)
}

/** Tells the engine's planner of the rows. They are there already: what goes wrong here is no failure of the load. */
async function analyze({ session, names, emit }: LoadJob): Promise<void> {
  try {
    await session.execute(`analyze ${names.target}`)
  } catch (error) {
    emit({ type: 'warning', error: asTdbtError(error) })
  }
}

async function keepTable({ session, names }: LoadJob): Promise<Published> {
  await session.execute(`drop table ${names.staging}`)
  return { rows: 0, updated: null, deleted: null }
}

/** Throws T8013 for names that the engine would cut, takes for one, or keeps to itself. */
async function createStaging(job: LoadJob, columns: readonly ColumnShape[]): Promise<void> {
  const { session, names, dialect, title } = job
  const hint =
    'Rename the column: in a query: of the load, in the header, or with header: skip and all names under columns.'
  const long = columns.find(({ name }) => Buffer.byteLength(name) > dialect.maxIdentifierLength)
  if (long !== undefined) {
    throw new TdbtError('T8013', `${title}: the name of a column is too long`, {
      found: `${long.name} (${Buffer.byteLength(long.name)} bytes)`,
      expected: `at most ${dialect.maxIdentifierLength} bytes`,
      hint,
    })
  }
  try {
    await session.execute(`create table ${names.staging} (${shapes(job, columns)})`)
  } catch (error) {
    const { message, details, code } = asTdbtError(error)
    const lower = columns.map(({ name }) => name.toLowerCase())
    const first = columns.findIndex((_, index) => lower.indexOf(lower[index] ?? '') < index)
    const reason = message.split('\n')[0] ?? message
    if (first >= 0) {
      const names = columns.filter((_, index) => lower[index] === lower[first]).map(({ name }) => `'${name}'`)
      throw new TdbtError('T8013', `${title}: columns have one name: ${names.join(', ')}`, {
        ...details,
        found: reason,
        expected: 'names that differ in more than upper and lower case',
        hint,
        cause: error,
      })
    }
    if (code !== 'T5003') throw error
    throw new TdbtError('T8013', `${title}: its table cannot be made: ${reason}`, { ...details, hint, cause: error })
  }
}

function shapes({ names }: LoadJob, columns: readonly ColumnShape[]): string {
  return columns.map(({ name, type }) => `${names.column(name)} ${type}`).join(', ')
}

/** Columns that the load fills itself. A flag that the origin has travels like any column. */
function constantsOf({ spec, batch, loadedAt, dialect }: LoadJob, feed: Feed): readonly Constant[] {
  const out: Constant[] = []
  if (spec.loadDate !== null) out.push({ name: spec.loadDate, type: 'timestamp with time zone', value: loadedAt })
  if (spec.batchId !== null) out.push({ name: spec.batchId, type: 'bigint', value: String(batch) })
  if (spec.sourceFile !== null)
    out.push({ name: spec.sourceFile, type: dialect.typeFor('text'), value: { of: 'file' } })
  const flag = spec.deletedFlag
  if (flag !== null && !feed.columns.some(({ name }) => name === flag)) {
    out.push({ name: flag, type: dialect.typeFor('boolean'), value: 'false' })
  }
  return out
}

/** The table's columns; null when it is not there. Throws T8010 when something else has its name. */
async function existingColumns({
  session,
  dialect,
  names,
  title,
  node,
}: LoadRequest): Promise<readonly ColumnShape[] | null> {
  const database = node.database ?? ''
  const { columns, rows } = await session.execute(dialect.listRelationsSql(database, [names.schema]))
  const [at, kind] = ['name', 'type'].map((wanted) => columns.findIndex(({ name }) => name === wanted))
  const same = (name: string): boolean =>
    name === names.identifier ||
    (!(node.quoting.identifier ?? dialect.quoting.identifier) && name.toLowerCase() === names.identifier.toLowerCase())
  const found = rows.find((row) => same(String(row[at ?? -1])))
  if (found === undefined) return null
  const type = String(found[kind ?? -1])
  if (type !== 'table') {
    throw new TdbtError('T8010', `${title}: ${names.target} is a ${type}, and a load needs a table`, {
      found: type,
      expected: 'a table, or nothing of that name',
      hint: `Drop the ${type}, or give the source another identifier.`,
    })
  }
  const described = await session.execute(`select * from ${names.target} where 1 = 0`)
  return described.columns.map((column) => ({ name: column.name, type: column.type }))
}

async function countRows(session: Session, table: string): Promise<number> {
  const { rows } = await session.execute(`select count(*) from ${table}`)
  return Number(rows[0]?.[0] ?? 0)
}

/** Holds the rows that arrived against those that the origin had. */
async function verify(job: LoadJob, written: Written): Promise<number> {
  const expected = written.originRows - written.rejects.length
  const arrived = await countRows(job.session, job.names.staging)
  if (arrived !== expected) throw differs(job, expected, arrived)
  return arrived
}

function differs({ title }: LoadJob, expected: number, arrived: number): TdbtError {
  const words = (count: number): string => count.toLocaleString('en')
  return new TdbtError('T8015', `${title}: ${words(arrived)} rows arrived of ${words(expected)}`, {
    found: String(arrived),
    expected: String(expected),
    hint: 'Nothing was loaded. Load again; where it stays, a rule or trigger changes rows on the way.',
  })
}

async function compareHashes(job: LoadJob, feed: Feed, columns: readonly ColumnShape[]): Promise<string> {
  const { session, names, title } = job
  const theirs = await feed.hash(columns)
  const hash = new RowSetHash(columns)
  const list = columns.map(({ name }) => names.column(name)).join(', ')
  for await (const row of readCopyRows(session.copyTo(`copy (select ${list} from ${names.staging}) to stdout`)))
    hash.add(row)
  const ours = hash.digest()
  if (ours !== theirs) {
    throw new TdbtError('T8015', `${title}: the rows that arrived are not those of the origin`, {
      found: ours,
      expected: theirs,
      hint: 'Nothing was loaded. Load again; where it stays, a type keeps less than the origin has (a float, a shorter numeric).',
    })
  }
  return ours
}

/**
 * Where an incremental load goes on. A table that somebody dropped begins anew, whatever the state says; one without a key that was filled in another mode, at
 * its own highest watermark, since its rows would come twice.
 */
async function startOf(
  { session, names, spec, anew }: LoadRequest,
  existing: readonly ColumnShape[] | null,
  known: string | null,
): Promise<string | null> {
  if (existing === null) return null
  const { watermark, mode, key } = spec
  if (known !== null || watermark === null || mode !== 'incremental' || key.length > 0 || anew) return known
  if (!existing.some(({ name }) => name === watermark)) return null
  const { rows } = await session.execute(`select max(${names.column(watermark)}) from ${names.target}`)
  const highest = rows[0]?.[0]
  return highest === null || highest === undefined ? null : String(highest)
}

/** The highest watermark of the staged rows, else that of before. */
async function newWatermark({ session, names, spec, watermark, anew }: LoadJob): Promise<string | null> {
  if (spec.watermark === null) return null
  const { rows } = await session.execute(`select max(${names.column(spec.watermark)}) from ${names.staging}`)
  const highest = rows[0]?.[0]
  if (highest !== null && highest !== undefined) return String(highest)
  return anew ? null : watermark
}

/** Declared types as the engine calls them. Throws T8010 for one that it does not know. */
export async function canonicalTypes(
  session: Session,
  title: string,
  columns: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  const entries = Object.entries(columns)
  if (entries.length === 0) return {}
  const casts = entries.map(([, type], index) => `cast(null as ${type}) as c${index}`).join(', ')
  try {
    const described = await session.execute(`select ${casts}`)
    return Object.fromEntries(entries.map(([name, type], index) => [name, described.columns[index]?.type ?? type]))
  } catch (error) {
    if (session.inTransaction) await session.rollback()
    const { message } = asTdbtError(error)
    throw new TdbtError('T8010', `${title}: the engine does not know a declared type`, {
      found: message.split('\n')[0] ?? message,
      expected: entries.map(([name, type]) => `${name}: ${type}`).join(', '),
      hint: 'Correct the type under columns of the load, or data_type of the column.',
      cause: error,
    })
  }
}
