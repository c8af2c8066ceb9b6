import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type { Engine, ResultColumn, Session } from '../adapters/interface.ts'
import { type ExportSpec, extensionOf } from '../core/index.ts'
import type { Store } from '../store/index.ts'
import { countedRecords, parseRecords, RecordCounter } from './csv-records.ts'
import { attachedList, csvCopySql, csvList, orderBySql, rowsSql, WIRE_NULL, wireCopySql } from './export-sql.ts'
import { inPieces } from './in-pieces.ts'
import { parquetColumns } from './parquet-columns.ts'
import { PartitionReader, partitionFolder } from './partitions.ts'
import { rowText } from './row-text.ts'
import { type MadeFiles, parquetByEngine, parquetByExtension, parquetFromCsv } from './write-parquet-session.ts'

export interface WrittenFile {
  /** Key in the store. */
  readonly key: string
  readonly rows: number
  readonly bytes: number
  readonly sha256: string
}

export interface RowsWork {
  readonly engine: Engine
  readonly session: Session
  /** A relation, or a query in parentheses. */
  readonly from: string
  readonly columns: readonly ResultColumn[]
  readonly spec: ExportSpec
  /** For messages. */
  readonly owner: string
  readonly store: Store
  /** Key of the file; of a partitioned export, the folder with its `/`. */
  readonly key: string
  readonly openDuckdb: () => Promise<Engine>
  /** Folder of DuckDB's extensions; `none`: use none. */
  readonly extensions: string | undefined
  readonly signal: AbortSignal | undefined
}

const CONTENT_TYPES = {
  csv: 'text/csv',
  jsonl: 'application/x-ndjson',
  parquet: 'application/vnd.apache.parquet',
} as const

/** Writes the rows of one relation into files of a store, each at once or not at all, and says which. */
export async function exportRows(work: RowsWork): Promise<readonly WrittenFile[]> {
  const { engine, spec, columns } = work
  const { dialect } = engine.adapter
  const orderBy = orderBySql(dialect, spec, columns, work.owner)
  if (spec.format === 'parquet') return await exportParquet(work, orderBy)
  if (spec.format === 'csv' && spec.partitionBy.length === 0) {
    const counter = new RecordCounter()
    const query = rowsSql(work.from, csvList(dialect, columns), orderBy)
    const chunks = inPieces(work.session.copyTo(csvCopySql(query, spec.csv)))
    const file = await writeFile(work, work.key, countedRecords(chunks, counter, spec.csv.lineEnd))
    return [{ ...file, rows: counter.records - (spec.csv.header ? 1 : 0) }]
  }
  return await exportText(work, orderBy)
}

/** JSON lines, and CSV in partitions: each record is read and written anew. */
async function exportText(work: RowsWork, orderBy: readonly string[]): Promise<readonly WrittenFile[]> {
  const { spec, session } = work
  const { quote } = work.engine.adapter.dialect
  const data = work.columns.filter((column) => !spec.partitionBy.includes(column.name))
  const names = [...spec.partitionBy, ...data.map((column) => column.name)]
  const text = rowText(spec, data)
  const wire = inPieces(session.copyTo(wireCopySql(rowsSql(work.from, names.map(quote), orderBy))))
  const reader = new PartitionReader(parseRecords(wire, WIRE_NULL), spec.partitionBy.length)
  const files: WrittenFile[] = []
  try {
    for (let number = 0; ; number++) {
      const values = await reader.next()
      if (values === null && (number > 0 || spec.partitionBy.length > 0)) return files
      let rows = 0
      const chunks = async function* (): AsyncGenerator<Uint8Array> {
        const encoder = new TextEncoder()
        if (text.head !== '') yield encoder.encode(text.head)
        if (values === null) return
        for await (const records of reader.records(values)) {
          rows += records.length
          yield encoder.encode(records.map(text.line).join(''))
        }
      }
      const key =
        spec.partitionBy.length === 0
          ? work.key
          : `${work.key}${partitionFolder(spec.partitionBy, values ?? [])}part-0${extensionOf(spec)}`
      const file = await writeFile(work, key, chunks())
      files.push({ ...file, rows })
    }
  } finally {
    await reader.close()
  }
}

async function exportParquet(work: RowsWork, orderBy: readonly string[]): Promise<readonly WrittenFile[]> {
  const { engine, session, spec, columns, signal } = work
  const { quote } = engine.adapter.dialect
  const target = { compression: spec.compression, partitionBy: spec.partitionBy }
  const use = (made: MadeFiles): Promise<readonly WrittenFile[]> => upload(work, made)
  const typed = parquetColumns(columns, spec.types)
  if (engine.adapter.capabilities.writesParquet === true) {
    const list = columns.map(({ name, type }, index) => {
      const cast = spec.types[name] ?? (isFaithful(type) ? undefined : (typed[index]?.write ?? undefined))
      return cast === undefined ? quote(name) : `cast(${quote(name)} as ${cast}) as ${quote(name)}`
    })
    return await parquetByEngine(engine, session, rowsSql(work.from, list, orderBy), target, use)
  }
  const duckdb = await work.openDuckdb()
  const address = engine.libpqAddress
  const isOpen = typed.some((column) => column.write === null || column.convert === 'cast')
  if (address !== undefined && !isOpen) {
    const query = rowsSql(work.from, attachedList(engine.adapter.dialect, columns), orderBy)
    const source = { address, query, columns: typed, extensions: work.extensions, signal }
    const written = await parquetByExtension(duckdb, source, target, use)
    if (written !== null) return written
  }
  const names = columns.map((column) => quote(column.name))
  const chunks = inPieces(session.copyTo(wireCopySql(rowsSql(work.from, names, orderBy))))
  return await parquetFromCsv(duckdb, { chunks, columns: typed, signal }, target, use)
}

/** False for types that DuckDB writes into Parquet as something else, and loses digits or readers by it. */
function isFaithful(type: string): boolean {
  return !/^(?:u?hugeint|interval|time with time zone|bit|bignum|varint)$/i.test(type)
}

async function upload(work: RowsWork, made: MadeFiles): Promise<readonly WrittenFile[]> {
  const files: WrittenFile[] = []
  for (const { path, rows } of made.files) {
    const partitioned = work.spec.partitionBy.length > 0
    const local = partitioned ? join(made.folder, 'parts', path) : join(made.folder, path)
    const key = partitioned ? `${work.key}${path.split('\\').join('/')}` : work.key
    const file = await writeFile(work, key, createReadStream(local, { highWaterMark: 1 << 18 }))
    files.push({ ...file, rows })
  }
  return files
}

async function writeFile(
  { store, spec, signal }: RowsWork,
  key: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<Omit<WrittenFile, 'rows'>> {
  const hash = createHash('sha256')
  let bytes = 0
  const packed = spec.format !== 'parquet' && spec.compression === 'gzip' ? gzipped(chunks) : chunks
  const seen = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of packed) {
      hash.update(chunk)
      bytes += chunk.byteLength
      yield chunk
    }
  }
  await store.write(key, seen(), { contentType: CONTENT_TYPES[spec.format], signal })
  return { key, bytes, sha256: hash.digest('hex') }
}

async function* gzipped(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gzip = createGzip()
  const pouring = pipeline(Readable.from(chunks, { objectMode: false }), gzip)
  // Told below, where the bytes are read.
  pouring.catch(() => {})
  for await (const chunk of gzip) if (chunk instanceof Uint8Array) yield chunk
  await pouring
}
