import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Engine } from '../adapters/interface.ts'
import type { ColumnShape, Constant, Feed, LoadedFile, LoadJob, Written } from './job.ts'
import { openQueryFeed } from './query-feed.ts'
import { type FileDigest, openFile, type SourceFile } from './source-file.ts'

/** The rows of Parquet or JSON files, which DuckDB reads; what is not on this machine's disk is brought there first. */
export async function openTypedFiles(
  job: LoadJob,
  format: 'parquet' | 'json',
  files: readonly SourceFile[],
  known: ReadonlySet<string>,
  engine: () => Promise<Engine>,
): Promise<Feed> {
  const folder = await mkdtemp(join(tmpdir(), 'tdbt-load-'))
  try {
    const copies: { readonly path: string; readonly file: LoadedFile }[] = []
    for (const [index, file] of files.entries()) {
      const path = join(folder, `${index}.${format}`)
      const digest = await copyTo(file, path, format === 'json')
      if (known.has(`${file.name}|${digest.size}|${digest.sha256}`)) {
        await rm(path)
        continue
      }
      copies.push({ path, file: { name: file.name, ...digest, rows: 0, rejected: 0 } })
    }
    if (copies.length === 0) return new NothingNew(() => rm(folder, { recursive: true, force: true }))
    const duckdb = await engine()
    const { dialect } = duckdb.adapter
    const list = copies.map(({ path }) => dialect.literal(path)).join(', ')
    const reader = format === 'parquet' ? 'read_parquet' : 'read_json_auto'
    const from = `${reader}([${list}], union_by_name = true)`
    const label = files.map(({ name }) => name).join(', ')
    const inner = await openQueryFeed(job, { engine: duckdb, from, label, incremental: false })
    return new TypedFilesFeed(
      inner,
      copies.map(({ file }) => file),
      folder,
    )
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

async function copyTo(file: SourceFile, path: string, unzip: boolean): Promise<FileDigest> {
  const digest: FileDigest = { size: 0, sha256: '' }
  const handle = await open(path, 'wx', 0o600)
  try {
    for await (const chunk of openFile(file, unzip ? 'auto' : 'none', digest)) await handle.write(chunk)
  } finally {
    await handle.close()
  }
  return digest
}

class NothingNew implements Feed {
  readonly columns = []
  readonly isEmpty = true
  readonly close: () => Promise<void>

  constructor(close: () => Promise<void>) {
    this.close = close
  }

  async write(): Promise<Written> {
    return { originRows: 0, rejects: [], files: [], bytes: 0, format: 'none' }
  }

  async hash(): Promise<string> {
    return ''
  }

  async writeKeys(): Promise<number | null> {
    return null
  }
}

class TypedFilesFeed implements Feed {
  readonly isEmpty = false
  readonly #inner: Feed
  readonly #files: readonly LoadedFile[]
  readonly #folder: string

  constructor(inner: Feed, files: readonly LoadedFile[], folder: string) {
    this.#inner = inner
    this.#files = files
    this.#folder = folder
  }

  get columns(): Feed['columns'] {
    return this.#inner.columns
  }

  async write(table: string, columns: readonly ColumnShape[], constants: readonly Constant[]): Promise<Written> {
    const only =
      this.#files.length === 1 ? (this.#files[0]?.name ?? '') : this.#files.map(({ name }) => name).join(', ')
    const named = constants.map((constant) =>
      typeof constant.value === 'string' ? constant : { ...constant, value: only },
    )
    const written = await this.#inner.write(table, columns, named)
    const files = this.#files.map((file) => ({ ...file, rows: this.#files.length === 1 ? written.originRows : 0 }))
    return { ...written, files }
  }

  async hash(columns: readonly ColumnShape[]): Promise<string> {
    return await this.#inner.hash(columns)
  }

  async writeKeys(): Promise<number | null> {
    return null
  }

  async close(): Promise<void> {
    await this.#inner.close()
    await rm(this.#folder, { recursive: true, force: true })
  }
}
