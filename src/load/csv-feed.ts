import type { Dialect, Session } from '../adapters/interface.ts'
import { type CsvOptions, type FilesOrigin, TdbtError } from '../core/index.ts'
import { type CsvFileOptions, openCsv } from './csv-file.ts'
import type { CsvRecord } from './csv-parser.ts'
import { type CellReader, cellReaders, copyText, isNull, readRecord } from './csv-values.ts'
import type { DateOrder } from './date-text.ts'
import { ColumnInference, type InferredColumn } from './infer-column.ts'
import type { ColumnShape, Constant, Feed, FeedColumn, LoadedFile, LoadJob, Reject, Written } from './job.ts'
import { LoadProgress } from './load-progress.ts'
import { RowSetHash } from './row-set-hash.ts'
import { type FileDigest, openFile, type SourceFile } from './source-file.ts'

/** A COPY statement takes so much text at most: where an engine holds it in memory, that is all it holds. */
const COPY_BYTES = 16 * 1024 * 1024
const CHUNK_CHARACTERS = 64 * 1024
/** Of engines whose decimals need to be told their digits. */
const MAX_DECIMAL_DIGITS = 38

/** A file whose header and bytes were seen. */
interface ScannedFile {
  readonly file: SourceFile
  readonly header: readonly string[]
  /** Null where the bytes were not read yet. */
  readonly digest: FileDigest | null
}

/** The rows of CSV files. All of them are read once before, for their types and hashes, unless nothing depends on it. */
export async function openCsvFeed(
  job: LoadJob,
  origin: FilesOrigin,
  files: readonly SourceFile[],
  known: ReadonlySet<string>,
  declared: Readonly<Record<string, string>>,
): Promise<Feed> {
  const options: CsvFileOptions = { csv: origin.csv, names: Object.keys(job.spec.columns) }
  const inferences = new Map<string, ColumnInference>()
  const order = origin.csv.dates
  // Types of a table that stays are its own; those that are declared need no look either.
  const guessed = (name: string): boolean =>
    declared[name] === undefined &&
    (job.spec.onSchemaChange === 'mirror' || !job.existing?.some((column) => column.name === name))
  const scanned: ScannedFile[] = []
  let candidates = files
  if (known.size > 0) {
    const fresh: SourceFile[] = []
    for (const file of files) if (!known.has(await identity(file))) fresh.push(file)
    candidates = fresh
  }
  for (const file of candidates) {
    job.signal?.throwIfAborted()
    scanned.push(await scan(file, options, inferences, guessed, order))
  }
  return new CsvFeed(job, options, scanned, inferences)
}

/** Name, size and hash of a file, as the log of loads joins them. */
async function identity(file: SourceFile): Promise<string> {
  const digest: FileDigest = { size: 0, sha256: '' }
  for await (const _ of openFile(file, 'none', digest)) void _
  return `${file.name}|${digest.size}|${digest.sha256}`
}

async function scan(
  file: SourceFile,
  options: CsvFileOptions,
  inferences: Map<string, ColumnInference>,
  guessed: (name: string) => boolean,
  order: DateOrder | null,
): Promise<ScannedFile> {
  const open = await openCsv(file, options)
  try {
    const looking = open.header.flatMap((name, index) => {
      if (!guessed(name)) return []
      const inference = inferences.get(name) ?? new ColumnInference(order)
      inferences.set(name, inference)
      return [{ index, inference }]
    })
    if (looking.length === 0) return { file, header: open.header, digest: null }
    for await (const records of open.records)
      for (const record of records) look(record, open.header.length, looking, options.csv)
    return { file, header: open.header, digest: open.digest }
  } finally {
    await open.close()
  }
}

function look(
  { cells, quoted, problem }: CsvRecord,
  width: number,
  looking: readonly { readonly index: number; readonly inference: ColumnInference }[],
  csv: CsvOptions,
): void {
  if (problem !== null || cells.length !== width) return
  for (const { index, inference } of looking) {
    const cell = cells[index] ?? ''
    // Words for null are told to the inference: they are text where everything else is.
    if (cell === '' || (csv.nullTexts !== null && isNull(cell, quoted?.[index] === true, true, csv))) continue
    inference.add(cell)
  }
}

/** A guess in the engine's words; null where there was no value to guess from. */
function guessedType(guess: InferredColumn, dialect: Dialect): string | null {
  switch (guess.kind) {
    case 'text':
      return guess.empty ? null : dialect.typeFor('text')
    case 'decimal':
      if (dialect.decimalType === undefined) return 'numeric'
      // More digits than the engine has room for are no number to it.
      return guess.digits.whole + guess.digits.fraction > MAX_DECIMAL_DIGITS
        ? dialect.typeFor('text')
        : dialect.decimalType(guess.digits.fraction)
    case 'float':
      return dialect.typeFor('number')
    case 'timestamp':
      return dialect.typeFor('datetime')
    case 'timestamptz':
      return 'timestamp with time zone'
    case 'bigint':
    case 'boolean':
    case 'date':
    case 'time':
      return dialect.typeFor(guess.kind)
  }
}

class CsvFeed implements Feed {
  readonly columns: readonly FeedColumn[]
  readonly isEmpty: boolean
  readonly #job: LoadJob
  readonly #options: CsvFileOptions
  readonly #files: readonly ScannedFile[]
  readonly #orders: ReadonlyMap<string, DateOrder | null>
  /** Hash of the rows as they were sent; made on the way when it is asked for. */
  #sent: RowSetHash | null = null

  constructor(
    job: LoadJob,
    options: CsvFileOptions,
    files: readonly ScannedFile[],
    inferences: ReadonlyMap<string, ColumnInference>,
  ) {
    this.#job = job
    this.#options = options
    this.#files = files
    this.isEmpty = files.length === 0
    const guesses = new Map(
      [...inferences].map(([name, inference]) => [name, inference.result(job.spec.rejectsLimit)] as const),
    )
    const { csv } = options
    this.#orders = new Map(
      files.flatMap(({ header }) => header).map((name) => [name, csv.dates ?? guesses.get(name)?.order ?? null]),
    )
    this.columns = this.#columnsOf(guesses)
  }

  /** The columns of all files. Throws T8013 where they differ and nothing was said about it. */
  #columnsOf(guesses: ReadonlyMap<string, InferredColumn>): readonly FeedColumn[] {
    const { spec, title, dialect } = this.#job
    const [first, ...others] = this.#files
    const names = new Set(first?.header)
    for (const { file, header } of others) {
      const missing = [...names].filter((name) => !header.includes(name))
      const more = header.filter((name) => !names.has(name))
      if (missing.length + more.length > 0 && (spec.onSchemaChange === 'fail' || spec.onSchemaChange === 'mirror')) {
        throw new TdbtError('T8013', `${title}: ${file.name} has other columns than ${first?.file.name ?? ''}`, {
          found: [
            missing.length > 0 ? `no ${missing.join(', ')}` : '',
            more.length > 0 ? `${more.join(', ')} besides` : '',
          ]
            .filter((part) => part !== '')
            .join('; '),
          expected: [...names].join(', '),
          hint: 'Mend the file, or say on_schema_change: add, which takes all columns and fills with null.',
        })
      }
      for (const name of more) names.add(name)
    }
    return [...names].map((name) => {
      const guess = guesses.get(name)
      return { name, type: guess === undefined ? null : guessedType(guess, dialect) }
    })
  }

  async write(table: string, columns: readonly ColumnShape[], constants: readonly Constant[]): Promise<Written> {
    const { spec, names } = this.#job
    this.#sent = spec.check === 'hash' ? new RowSetHash(columns) : null
    const list = [...columns, ...constants].map(({ name }) => names.column(name)).join(', ')
    const statement = `copy ${table} (${list}) from stdin`
    const rejects: Reject[] = []
    const files: LoadedFile[] = []
    let originRows = 0
    let bytes = 0
    for (const scanned of this.#files) {
      const tail = constants
        .map(({ value }) => `\t${copyText(typeof value === 'string' ? value : scanned.file.name)}`)
        .join('')
      const writer = new CsvWriter(this.#job, scanned, columns, this.#orders, tail, this.#sent, rejects)
      const result = await writer.run(this.#options, statement)
      // Bad rows are among good ones; where there is none, it is the declaration that is wrong, or the table's type.
      if (result.rows === 0 && result.records > 1) throw allRejected(scanned.file.name, result.records, rejects)
      originRows += result.records
      bytes += result.digest.size
      files.push({
        name: scanned.file.name,
        size: result.digest.size,
        sha256: result.digest.sha256,
        rows: result.rows,
        rejected: result.records - result.rows,
      })
    }
    return { originRows, rejects, files, bytes, format: 'csv' }
  }

  async hash(): Promise<string> {
    return this.#sent?.digest() ?? ''
  }

  async writeKeys(): Promise<number | null> {
    return null
  }

  async close(): Promise<void> {}
}

/** Rows in COPY's text format, as many as make a chunk. */
interface CopyPiece {
  readonly text: string
  readonly lines: number
  /** Notes the lines as those of the COPY at work. */
  readonly take: () => void
}

/** Sends the rows of one file, in as many COPY statements as it takes. */
class CsvWriter {
  readonly #job: LoadJob
  readonly #scanned: ScannedFile
  readonly #columns: readonly ColumnShape[]
  readonly #orders: ReadonlyMap<string, DateOrder | null>
  readonly #tail: string
  readonly #hash: RowSetHash | null
  readonly #rejects: Reject[]
  readonly #refused: ReadonlyMap<number, Reject>
  readonly #progress: LoadProgress
  /** Lines of the rows that the COPY at work was given, for what the engine says of them. */
  #lines: number[] = []
  #rows = 0
  #records = 0

  constructor(
    job: LoadJob,
    scanned: ScannedFile,
    columns: readonly ColumnShape[],
    orders: ReadonlyMap<string, DateOrder | null>,
    tail: string,
    hash: RowSetHash | null,
    rejects: Reject[],
  ) {
    this.#job = job
    this.#scanned = scanned
    this.#columns = columns
    this.#orders = orders
    this.#tail = tail
    this.#hash = hash
    this.#rejects = rejects
    this.#progress = new LoadProgress(job)
    this.#refused = new Map(
      job.refused.filter(({ file }) => file === scanned.file.name).map((each) => [each.line, each]),
    )
  }

  async run(
    options: CsvFileOptions,
    statement: string,
  ): Promise<{ readonly rows: number; readonly records: number; readonly digest: FileDigest }> {
    const { file, digest: before } = this.#scanned
    const open = await openCsv(file, options)
    const progress = this.#progress
    try {
      const texts = this.#texts(open.records, open.header, options.csv)
      const session: Session = this.#job.session
      for (let next = await texts.next(); !next.done; ) {
        let size = 0
        const first = next.value
        this.#lines.length = 0
        const part = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
          let piece: CopyPiece | undefined = first
          while (piece !== undefined) {
            piece.take()
            const chunk = Buffer.from(piece.text, 'utf8')
            size += chunk.length
            progress.add(chunk.length, piece.lines)
            yield chunk
            next = await texts.next()
            piece = next.done || size >= COPY_BYTES ? undefined : next.value
          }
        }
        try {
          await session.copyFrom(statement, part())
        } catch (error) {
          throw refusal(error, file.name, this.#lines)
        }
      }
      if (before !== null && before.sha256 !== open.digest.sha256) {
        throw new TdbtError('T8012', `${file.name}: the file changed while it was read`, {
          found: `${open.digest.size} bytes, ${before.size} a moment ago`,
          hint: 'Load it again when whoever writes it is done; write files under another name and rename them.',
        })
      }
      return { rows: this.#rows, records: this.#records, digest: open.digest }
    } finally {
      await open.close()
    }
  }

  async *#texts(
    pieces: AsyncIterable<readonly CsvRecord[]>,
    header: readonly string[],
    csv: CsvOptions,
  ): AsyncGenerator<CopyPiece, void, undefined> {
    const readers = cellReaders(this.#columns, header, this.#orders)
    const values: (string | null)[] = readers.map(() => null)
    let text = ''
    let lines: number[] = []
    const flush = (): CopyPiece => {
      const [piece, taken] = [text, lines]
      text = ''
      lines = []
      return {
        text: piece,
        lines: taken.length,
        take: () => {
          for (const line of taken) this.#lines.push(line)
        },
      }
    }
    for await (const records of pieces) {
      this.#job.signal?.throwIfAborted()
      for (const record of records) {
        this.#records++
        if (!this.#read(record, header.length, readers, csv, values)) continue
        for (let at = 0; at < values.length; at++)
          text += at === 0 ? copyText(values[at] ?? null) : `\t${copyText(values[at] ?? null)}`
        text += `${this.#tail}\n`
        lines.push(record.line)
        this.#rows++
        if (text.length >= CHUNK_CHARACTERS) yield flush()
      }
    }
    if (text !== '') yield flush()
  }

  /** Fills `values`; false when the record was put aside. */
  #read(
    record: CsvRecord,
    width: number,
    readers: readonly CellReader[],
    csv: CsvOptions,
    values: (string | null)[],
  ): boolean {
    const refused = this.#refused.get(record.line)
    const reason = refused?.reason ?? readRecord(record, width, readers, csv, values)
    if (reason === null) {
      this.#hash?.add(values)
      return true
    }
    const { spec } = this.#job
    this.#rejects.push({ file: this.#scanned.file.name, line: record.line, reason, row: record.raw() })
    if (this.#rejects.length > spec.rejectsLimit) throw tooMany(this.#rejects, spec.rejectsLimit)
    return false
  }
}

/** More rows were put aside than may be. */
export function tooMany(rejects: readonly Reject[], limit: number): TdbtError {
  const [first] = rejects
  const shown = rejects.slice(0, 5).map(({ file, line, reason }) => `${file} line ${line}: ${reason}`)
  const count = rejects.length === 1 ? '1 row was' : `${rejects.length} rows were`
  return new TdbtError(
    'T8014',
    `${count} rejected, and the limit is ${limit}. The first: ${first?.file ?? ''} line ${first?.line ?? 0}: ${first?.reason ?? ''}`,
    {
      found: shown.join('\n'),
      expected: `at most ${limit} rows that cannot be read`,
      hint: 'Mend the file, declare other types under columns, or raise rejects: {limit: …}. Nothing was loaded.',
    },
  )
}

/** Not a single row of a file could be read. */
function allRejected(file: string, records: number, rejects: readonly Reject[]): TdbtError {
  const shown = rejects.filter((reject) => reject.file === file).slice(0, 5)
  return new TdbtError('T8014', `${file}: all ${records} rows were rejected`, {
    found: shown.map(({ line, reason }) => `line ${line}: ${reason}`).join('\n'),
    expected: 'a row that can be read',
    hint: 'Correct the types under columns, or the delimiter; where the table has an old type, build it anew with --full-refresh. Nothing was loaded.',
  })
}

/** A row that only the engine refused (a constraint, a type of its own), named by its line in the file. */
export class EngineRefusal extends TdbtError {
  override readonly name = 'EngineRefusal'
  readonly reject: Reject

  constructor(reject: Reject, cause: TdbtError) {
    super(cause.code, `${reject.file} line ${reject.line}: ${reject.reason}`, { ...cause.details, cause })
    this.reject = reject
  }
}

/** `COPY orders, line 7, column amount: "x"` of the server's context, with the file's own line. */
function refusal(error: unknown, file: string, lines: readonly number[]): unknown {
  if (!(error instanceof TdbtError) || error.code !== 'T5003') return error
  const line = /COPY [^\n]*?, line (\d+)/.exec(error.message)?.[1]
  const at = line === undefined ? undefined : lines[Number(line) - 1]
  // Classes 22 (data) and 23 (constraints) are about the row; anything else about the whole.
  if (at === undefined || !/^2[23]/.test(error.details.found ?? '')) return error
  const reason = error.message.split('\n')[0] ?? error.message
  return new EngineRefusal({ file, line: at, reason, row: '' }, error)
}
