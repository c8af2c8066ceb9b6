import type { Dialect, Session } from '../adapters/interface.ts'
import { asTdbtError } from '../core/index.ts'
import type { LoadedFile } from './job.ts'
import type { TableNames } from './table-names.ts'

/**
 * What was loaded before, kept in two tables beside the data and written in the data's transaction: `_tdbt_loads` has one row a table (its last batch and
 * watermark), which a load locks while it is at work; `_tdbt_load_log` one row a batch, or a file of one.
 */
export interface LoadState {
  readonly batch: number
  readonly watermark: string | null
}

/** Makes the tables and the table's row, outside the load's transaction. Two processes may do so at once. */
export async function ensureState(session: Session, dialect: Dialect, names: TableNames): Promise<void> {
  const text = dialect.typeFor('text')
  const statements = [
    `create table if not exists ${names.state} (table_name ${text} primary key, batch_id bigint not null, loaded_at timestamp with time zone, watermark ${text})`,
    `create table if not exists ${names.log} (table_name ${text} not null, batch_id bigint not null, loaded_at timestamp with time zone not null, mode ${text} not null, ` +
      `file_name ${text}, file_size bigint, file_sha256 ${text}, rows_read bigint not null, rows_loaded bigint not null, rows_rejected bigint not null, ` +
      `watermark ${text}, invocation_id ${text} not null)`,
    `insert into ${names.state} (table_name, batch_id) select ${dialect.literal(names.identifier)}, 0 where not exists ` +
      `(select 1 from ${names.state} where table_name = ${dialect.literal(names.identifier)})`,
  ]
  for (const statement of statements) {
    try {
      await session.execute(statement)
    } catch (error) {
      // Another process was first: unique_violation, duplicate_table, duplicate_object.
      if (!/23505|42P07|42710/.test(asTdbtError(error).details.found ?? '')) throw error
    }
  }
}

/** Locks the table's row until the transaction ends: a second load of it waits. Gives the number of this batch and what the one before knew. */
export async function beginBatch(session: Session, dialect: Dialect, names: TableNames): Promise<LoadState> {
  const which = `where table_name = ${dialect.literal(names.identifier)}`
  await session.execute(`update ${names.state} set batch_id = batch_id + 1 ${which}`)
  const { rows } = await session.execute(`select batch_id, watermark from ${names.state} ${which}`)
  const [batch, watermark] = rows[0] ?? []
  return {
    batch: Number(batch),
    watermark: watermark === null || watermark === undefined ? null : String(watermark),
  }
}

/** Names, sizes and hashes of the files that were loaded into the table, joined by `|`. */
export async function loadedFiles(session: Session, dialect: Dialect, names: TableNames): Promise<ReadonlySet<string>> {
  const { rows } = await session.execute(
    `select file_name, file_size, file_sha256 from ${names.log} where table_name = ${dialect.literal(names.identifier)} and file_name is not null`,
  )
  return new Set(rows.map(([name, size, hash]) => `${String(name)}|${String(size)}|${String(hash)}`))
}

export interface BatchRecord {
  readonly batch: number
  readonly loadedAt: string
  readonly mode: string
  readonly files: readonly LoadedFile[]
  readonly read: number
  readonly loaded: number
  readonly rejected: number
  readonly watermark: string | null
  readonly invocationId: string
  /** What came before is forgotten: the table was made anew. */
  readonly anew: boolean
}

/** Writes what a batch did; part of the load's transaction. */
export async function recordBatch(
  session: Session,
  dialect: Dialect,
  names: TableNames,
  record: BatchRecord,
): Promise<void> {
  const literal = (value: string | number | null): string => dialect.literal(value)
  const moment = `cast(${literal(record.loadedAt)} as timestamp with time zone)`
  const table = literal(names.identifier)
  if (record.anew) await session.execute(`delete from ${names.log} where table_name = ${table}`)
  const row = (file: LoadedFile | null, read: number, loaded: number, rejected: number): string =>
    `(${table}, ${record.batch}, ${moment}, ${literal(record.mode)}, ${literal(file?.name ?? null)}, ${file === null ? 'null' : file.size}, ` +
    `${literal(file?.sha256 ?? null)}, ${read}, ${loaded}, ${rejected}, ${literal(record.watermark)}, ${literal(record.invocationId)})`
  const values =
    record.files.length === 0
      ? [row(null, record.read, record.loaded, record.rejected)]
      : record.files.map((file) => row(file, file.rows + file.rejected, file.rows, file.rejected))
  await session.execute(
    `insert into ${names.log} (table_name, batch_id, loaded_at, mode, file_name, file_size, file_sha256, rows_read, rows_loaded, rows_rejected, ` +
      `watermark, invocation_id) values ${values.join(', ')}`,
  )
  await session.execute(
    `update ${names.state} set loaded_at = ${moment}, watermark = ${literal(record.watermark)} where table_name = ${table}`,
  )
}
