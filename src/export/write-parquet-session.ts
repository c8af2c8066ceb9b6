import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Cell, Engine, Session } from '../adapters/interface.ts'
import { asTdbtError, TdbtError } from '../core/index.ts'
import { WIRE_NULL } from './export-sql.ts'
import { feedCsv } from './feed-csv-session.ts'
import type { ParquetColumn } from './parquet-columns.ts'

export interface ParquetTarget {
  readonly compression: string
  readonly partitionBy: readonly string[]
}

/** Files that were made in a folder of this machine; `path` is below it. */
export interface MadeFiles {
  readonly folder: string
  readonly files: readonly { readonly path: string; readonly rows: number }[]
}

/** A line of CSV may be as long as the longest value of a document column. */
const MAX_LINE_BYTES = 128 << 20

/** Makes Parquet of the CSV that an engine sends, in a temporary folder, which `use` sees and which goes afterwards. */
export async function parquetFromCsv<T>(
  duckdb: Engine,
  source: {
    readonly chunks: AsyncIterable<Uint8Array>
    readonly columns: readonly ParquetColumn[]
    readonly signal: AbortSignal | undefined
  },
  target: ParquetTarget,
  use: (made: MadeFiles) => Promise<T>,
): Promise<T> {
  const session = await duckdb.acquire('export.parquet', source.signal)
  try {
    return await inFolder(async (folder) => {
      const { quote } = duckdb.adapter.dialect
      const cancel = (): void => void session.cancel()
      source.signal?.addEventListener('abort', cancel, { once: true })
      try {
        await feedCsv(source.chunks, async (path) => {
          const rows = readCsv(duckdb, path, source.columns)
          if (source.columns.every((column) => column.write !== null)) {
            await copyTo(session, duckdb, `select ${list(source.columns, quote)} from ${rows}`, folder, target)
          } else await copyMeasured(session, duckdb, rows, source.columns, folder, target)
        })
      } catch (error) {
        source.signal?.throwIfAborted()
        throw inWords(error)
      } finally {
        source.signal?.removeEventListener('abort', cancel)
      }
      return await use({ folder, files: await madeFiles(session, duckdb, folder, target) })
    })
  } finally {
    await session.release()
  }
}

/**
 * Makes Parquet of a query that DuckDB's postgres extension sends to the server itself. null where the extension is not at hand or it does not come off:
 * the stream does it then, and says what is wrong.
 */
export async function parquetByExtension<T>(
  duckdb: Engine,
  source: {
    readonly address: string
    readonly query: string
    readonly columns: readonly ParquetColumn[]
    readonly extensions: string | undefined
    readonly signal: AbortSignal | undefined
  },
  target: ParquetTarget,
  use: (made: MadeFiles) => Promise<T>,
): Promise<T | null> {
  const { literal, quote } = duckdb.adapter.dialect
  const session = await duckdb.acquire('export.attached', source.signal)
  const name = quote(`tdbt_${randomBytes(6).toString('hex')}`)
  const cancel = (): void => void session.cancel()
  source.signal?.addEventListener('abort', cancel, { once: true })
  try {
    if (!(await loadExtension(session, literal, source.extensions))) return null
    return await inFolder(async (folder) => {
      try {
        await session.execute(`attach ${literal(source.address)} as ${name} (type postgres, read_only)`)
        const rows = `postgres_query(${literal(name.slice(1, -1))}, ${literal(source.query)})`
        const cells = source.columns.map(
          (column) => `cast(${quote(column.name)} as ${column.write}) as ${quote(column.name)}`,
        )
        await copyTo(session, duckdb, `select ${cells.join(', ')} from ${rows}`, folder, target)
      } catch {
        // Its messages may hold the address, and what is wrong with the rows the stream tells better.
        source.signal?.throwIfAborted()
        return null
      } finally {
        await session.execute(`detach database if exists ${name}`).catch(() => {})
      }
      return await use({ folder, files: await madeFiles(session, duckdb, folder, target) })
    })
  } finally {
    source.signal?.removeEventListener('abort', cancel)
    await session.release()
  }
}

/** Loads the extension from the folder that is named, else from where DuckDB keeps those that were installed. Nothing is fetched. */
async function loadExtension(
  session: Session,
  literal: (text: string) => string,
  folder: string | undefined,
): Promise<boolean> {
  if (folder === 'none') return false
  const path =
    folder === undefined || folder === ''
      ? 'postgres_scanner'
      : literal(join(folder, 'postgres_scanner.duckdb_extension'))
  return await session.execute(`load ${path}`).then(
    () => true,
    () => false,
  )
}

/** Makes Parquet of a query of an engine that writes it itself. */
export async function parquetByEngine<T>(
  engine: Engine,
  session: Session,
  query: string,
  target: ParquetTarget,
  use: (made: MadeFiles) => Promise<T>,
): Promise<T> {
  return await inFolder(async (folder) => {
    await copyTo(session, engine, query, folder, target)
    return await use({ folder, files: await madeFiles(session, engine, folder, target) })
  })
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'tdbt-parquet-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function readCsv({ adapter }: Engine, path: string, columns: readonly ParquetColumn[]): string {
  const { literal } = adapter.dialect
  const types = columns.map((column) => `${literal(column.name)}: ${literal(column.read)}`)
  const options = [
    `columns = {${types.join(', ')}}`,
    'auto_detect = false',
    'header = false',
    `delim = ','`,
    `quote = '"'`,
    `escape = '"'`,
    `new_line = '\\n'`,
    `nullstr = ${literal(WIRE_NULL)}`,
    'allow_quoted_nulls = false',
    `max_line_size = ${MAX_LINE_BYTES}`,
  ]
  return `read_csv(${literal(path)}, ${options.join(', ')})`
}

function list(
  columns: readonly ParquetColumn[],
  quote: (name: string) => string,
  scales: ReadonlyMap<string, number> = new Map(),
): string {
  return columns
    .map((column) => {
      const name = quote(column.name)
      if (column.convert === 'none') return name
      if (column.convert === 'hex') return `unhex(${name}[3:]) as ${name}`
      return `cast(${name} as ${column.write ?? `DECIMAL(38,${scales.get(column.name) ?? 0})`}) as ${name}`
    })
    .join(', ')
}

async function copyTo(
  session: Session,
  { adapter }: Engine,
  query: string,
  folder: string,
  target: ParquetTarget,
): Promise<void> {
  const { literal, quote } = adapter.dialect
  const compression = target.compression === 'none' ? 'uncompressed' : target.compression
  const partitioned = target.partitionBy.length > 0
  const options = [
    'format parquet',
    `compression ${compression}`,
    ...(partitioned
      ? [`partition_by (${target.partitionBy.map(quote).join(', ')})`, `filename_pattern 'part-{i}'`]
      : []),
  ]
  await session.execute(
    `copy (${query}) to ${literal(partitioned ? join(folder, 'parts') : join(folder, 'file.parquet'))} (${options.join(', ')})`,
  )
}

/** Decimals without precision: all rows are read before the scale is known, so they are kept in a temporary table meanwhile. */
async function copyMeasured(
  session: Session,
  engine: Engine,
  rows: string,
  columns: readonly ParquetColumn[],
  folder: string,
  target: ParquetTarget,
): Promise<void> {
  const { quote } = engine.adapter.dialect
  await session.execute(`create or replace temp table exported_rows as select * from ${rows}`)
  try {
    const open = columns.filter((column) => column.write === null)
    const measures = open.map(({ name }) => {
      const text = quote(name)
      return `coalesce(max(length(split_part(${text}, '.', 2))), 0), coalesce(max(length(ltrim(split_part(${text}, '.', 1), '-0'))), 0), count(*) filter (where not regexp_full_match(${text}, '-?[0-9]*\\.?[0-9]*'))`
    })
    const { rows: found } = await session.execute(`select ${measures.join(', ')} from exported_rows`)
    const scales = new Map<string, number>()
    open.forEach(({ name }, index) => {
      const [scale = 0, digits = 0, strange = 0] = (found[0] ?? []).slice(index * 3, index * 3 + 3).map(Number)
      if (strange > 0 || scale + digits > 38) {
        throw new TdbtError('T8031', `Column '${name}' does not fit a decimal of Parquet`, {
          found:
            strange > 0
              ? `${strange} values that are no number (NaN, Infinity)`
              : `${digits} digits before the point and ${scale} after it`,
          expected: 'at most 38 digits',
          hint: `Cast it in the model, or say \`types: {${name}: double}\` (or varchar).`,
        })
      }
      scales.set(name, scale)
    })
    await copyTo(session, engine, `select ${list(columns, quote, scales)} from exported_rows`, folder, target)
  } finally {
    await session.execute('drop table if exists exported_rows').catch(() => {})
  }
}

async function madeFiles(
  session: Session,
  { adapter }: Engine,
  folder: string,
  target: ParquetTarget,
): Promise<MadeFiles['files']> {
  const { literal } = adapter.dialect
  const partitioned = target.partitionBy.length > 0
  const pattern = partitioned ? join(folder, 'parts', '**', '*.parquet') : join(folder, 'file.parquet')
  if (partitioned) {
    const { rows } = await session.execute(`select count(*) from glob(${literal(pattern)})`)
    if (Number(rows[0]?.[0] ?? 0) === 0) return []
  }
  const { rows } = await session.execute(
    `select file_name, num_rows from parquet_file_metadata(${literal(pattern)}) order by 1`,
  )
  const below = (path: Cell | undefined): string =>
    String(path).slice(folder.length + (partitioned ? '/parts/'.length : 1))
  return rows.map((row) => ({ path: below(row[0]), rows: Number(row[1]) }))
}

/** What DuckDB says of rows it cannot take, as a failure of the export. */
function inWords(error: unknown): unknown {
  const known = asTdbtError(error)
  if (known.code !== 'T5003') return error
  return new TdbtError(
    'T8031',
    `The rows could not be written as Parquet: ${known.message.split('\n').slice(0, 6).join('\n')}`,
    {
      hint: 'Cast the column in the model, or give its type under `types`.',
      cause: error,
    },
  )
}
