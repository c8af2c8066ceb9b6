import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { appendFile, mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { TdbtError } from '../core/index.ts'
import type { ChunkSource } from './chunks.ts'
import { csvLine } from './csv-line.ts'
import type { GeneratedTable } from './generate.ts'
import { type Tally, tallied, type WrittenFile, type WrittenTable } from './tally.ts'

/** Bytes kept for a file before they go to the disk: by-day tables have many files open, and none of them may be large in memory. */
const FLUSH_BYTES = 1 << 18
const FLUSH_ALL_BYTES = 1 << 25

/** Turns a CSV file (with header) into another form: Parquet. `columns` are the table's names and SQL types. */
export type Convert = (
  csvFile: string,
  columns: readonly { readonly name: string; readonly type: string }[],
  file: string,
) => Promise<void>

/**
 * Writes generated tables as files into a folder: `orders.csv`, or `orders_20250131.csv` for each day of a table with `by_day`.
 * All are made in a folder beside and renamed at the end, so a run that fails or is stopped leaves what was there.
 * Throws T7002 when the disk refuses.
 */
export async function writeFiles(
  folder: string,
  tables: readonly GeneratedTable[],
  source: ChunkSource,
  options: {
    readonly onProgress?: ((rows: number) => void) | undefined
    readonly convert?: { readonly extension: string; readonly run: Convert } | undefined
  } = {},
): Promise<readonly WrittenTable[]> {
  const work = await onDisk(folder, async () => {
    await mkdir(folder, { recursive: true })
    return await mkdtemp(join(folder, '.generating-'))
  })
  try {
    const written: WrittenTable[] = []
    for (const [index, table] of tables.entries()) {
      const tally: Tally = { rows: 0, bytes: 0, sha256: '' }
      const files = new CsvFiles(work, table)
      const chunks = source.chunks(index)
      const split = (async function* () {
        for await (const chunk of chunks) {
          if (table.dayOf === null) await files.add(table.spec.name, chunk.rows, chunk.bytes)
          else for (const { day, rows, bytes } of chunk.days) await files.add(`${table.spec.name}_${day}`, rows, bytes)
          yield chunk
        }
      })()
      for await (const _ of tallied(split, tally, options.onProgress)) void _
      if (table.dayOf === null && tally.rows === 0) await files.add(table.spec.name, 0, new Uint8Array())
      let made = await files.end()
      if (options.convert) made = await convertAll(work, made, table, options.convert)
      written.push({ name: table.spec.name, ...tally, files: made })
    }
    await onDisk(folder, async () => {
      for (const file of written.flatMap((table) => table.files))
        await rename(join(work, file.path), join(folder, file.path))
    })
    return written
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

async function convertAll(
  work: string,
  files: readonly WrittenFile[],
  table: GeneratedTable,
  { extension, run }: { readonly extension: string; readonly run: Convert },
): Promise<readonly WrittenFile[]> {
  const made: WrittenFile[] = []
  for (const file of files) {
    const path = file.path.replace(/csv$/, extension)
    await run(join(work, file.path), table.columns, join(work, path))
    await rm(join(work, file.path))
    const hash = createHash('sha256')
    for await (const piece of createReadStream(join(work, path))) hash.update(piece)
    made.push({ path, rows: file.rows, bytes: (await stat(join(work, path))).size, sha256: hash.digest('hex') })
  }
  return made
}

interface OpenFile {
  readonly hash: Hash
  rows: number
  bytes: number
  waiting: Uint8Array[]
  waitingBytes: number
}

/** The CSV files of one table while they are written. */
class CsvFiles {
  private readonly folder: string
  private readonly header: Uint8Array
  private readonly files = new Map<string, OpenFile>()
  private waitingBytes = 0

  constructor(folder: string, table: GeneratedTable) {
    this.folder = folder
    this.header = Buffer.from(csvLine(table.columns.map((column) => column.name)), 'utf8')
  }

  async add(name: string, rows: number, bytes: Uint8Array): Promise<void> {
    let file = this.files.get(name)
    if (!file) {
      file = { hash: createHash('sha256'), rows: 0, bytes: 0, waiting: [], waitingBytes: 0 }
      this.files.set(name, file)
      this.keep(file, this.header)
    }
    file.rows += rows
    this.keep(file, bytes)
    if (file.waitingBytes >= FLUSH_BYTES) await this.flush(name, file)
    if (this.waitingBytes >= FLUSH_ALL_BYTES) for (const [each, open] of this.files) await this.flush(each, open)
  }

  private keep(file: OpenFile, bytes: Uint8Array): void {
    file.hash.update(bytes)
    file.bytes += bytes.byteLength
    file.waiting.push(bytes)
    file.waitingBytes += bytes.byteLength
    this.waitingBytes += bytes.byteLength
  }

  private async flush(name: string, file: OpenFile): Promise<void> {
    if (file.waiting.length === 0) return
    const bytes = Buffer.concat(file.waiting)
    this.waitingBytes -= file.waitingBytes
    file.waiting = []
    file.waitingBytes = 0
    await onDisk(this.folder, () => appendFile(join(this.folder, `${name}.csv`), bytes))
  }

  /** The finished files, in the order of their names. */
  async end(): Promise<readonly WrittenFile[]> {
    const made: WrittenFile[] = []
    for (const [name, file] of [...this.files].sort(([a], [b]) => (a < b ? -1 : 1))) {
      await this.flush(name, file)
      made.push({ path: `${name}.csv`, rows: file.rows, bytes: file.bytes, sha256: file.hash.digest('hex') })
    }
    return made
  }
}

async function onDisk<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new TdbtError('T7002', `Generated files could not be written to ${folder}: ${reason}`, {
      location: { file: folder, line: 1, column: 1 },
      hint: 'Look at the permissions and the free space of the folder. What was there before is untouched.',
      cause,
    })
  }
}
