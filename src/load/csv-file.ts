import { type CsvOptions, TdbtError } from '../core/index.ts'
import { CsvParser, type CsvRecord } from './csv-parser.ts'
import { decodeText } from './decode-text.ts'
import { type FileDigest, openFile, type SourceFile } from './source-file.ts'

export interface CsvFileOptions {
  readonly csv: CsvOptions
  /** Names of the columns of a file without a header. */
  readonly names: readonly string[]
}

export interface OpenCsv {
  /** Names in the file's order. */
  readonly header: readonly string[]
  /** The records after the header, in pieces; blank lines are left out. */
  readonly records: AsyncIterable<readonly CsvRecord[]>
  /** Filled in when all was read. */
  readonly digest: FileDigest
  close(): Promise<void>
}

/** Opens a CSV file and reads its header. Throws T8012 for a header that is missing, or has a name twice or none. */
export async function openCsv(file: SourceFile, options: CsvFileOptions): Promise<OpenCsv> {
  const { csv } = options
  const digest: FileDigest = { size: 0, sha256: '' }
  const parser = new CsvParser({ delimiter: csv.delimiter, quote: csv.quote })
  const texts = decodeText(openFile(file, csv.compression, digest), { file: file.name, encoding: csv.encoding })
  const pieces = recordPieces(texts, parser)
  try {
    if (!csv.header)
      return {
        header: options.names,
        records: withoutBlank(pieces, options.names.length),
        digest,
        close: () => end(pieces),
      }
    for (;;) {
      const next = await pieces.next()
      if (next.done)
        throw broken(
          file,
          'the file is empty: it has no header',
          'names of columns on the first line',
          'Say header: false where there is none.',
        )
      const at = next.value.findIndex(
        (record) => record.problem !== null || record.cells.some((cell) => cell.trim() !== ''),
      )
      const record = next.value[at]
      if (record === undefined) continue
      const header = csv.header === 'skip' ? options.names : readHeader(file, record, csv.delimiter)
      const rest = next.value.slice(at + 1)
      return { header, records: withoutBlank(prepend(rest, pieces), header.length), digest, close: () => end(pieces) }
    }
  } catch (error) {
    await end(pieces)
    throw error
  }
}

async function end(pieces: AsyncGenerator<readonly CsvRecord[], void, undefined>): Promise<void> {
  await pieces.return()
}

async function* recordPieces(
  texts: AsyncIterable<string>,
  parser: CsvParser,
): AsyncGenerator<readonly CsvRecord[], void, undefined> {
  for await (const text of texts) {
    const records = parser.read(text, false)
    if (records.length > 0) yield records
  }
  const last = parser.read('', true)
  if (last.length > 0) yield last
}

async function* prepend(
  first: readonly CsvRecord[],
  rest: AsyncIterable<readonly CsvRecord[]>,
): AsyncGenerator<readonly CsvRecord[], void, undefined> {
  if (first.length > 0) yield first
  yield* rest
}

/** A line with nothing on it is no row, except of a single column, where it is a null. */
async function* withoutBlank(
  pieces: AsyncIterable<readonly CsvRecord[]>,
  width: number,
): AsyncGenerator<readonly CsvRecord[], void, undefined> {
  const isBlank = ({ cells, quoted, problem }: CsvRecord): boolean =>
    problem === null && quoted === null && cells.length === 1 && cells[0] === ''
  for await (const records of pieces) yield width > 1 ? records.filter((record) => !isBlank(record)) : records
}

/** What stands between columns, most often. */
const DELIMITERS: Readonly<Record<string, string>> = { ',': ',', ';': ';', '\t': 'tab', '|': '|' }

function readHeader(file: SourceFile, record: CsvRecord, delimiter: string): readonly string[] {
  if (record.problem !== null)
    throw broken(file, `the header cannot be read: ${record.problem}`, 'names of columns', 'Mend line 1.')
  const names = record.cells.map((cell) => cell.trim())
  const empty = names.indexOf('')
  if (empty >= 0) {
    throw broken(
      file,
      `column ${empty + 1} of the header has no name`,
      'a name for each column',
      'Name it, or say header: skip and name all under columns, in the order of the file.',
      names,
    )
  }
  const [only] = names
  const other = Object.keys(DELIMITERS).find((sign) => sign !== delimiter && only?.includes(sign))
  if (names.length === 1 && record.quoted === null && other !== undefined) {
    throw broken(
      file,
      `the header is one column, '${only}'`,
      `names of columns with '${DELIMITERS[delimiter] ?? delimiter}' between them`,
      `Say delimiter: '${DELIMITERS[other] ?? other}'. A single column of that name is put into quotes.`,
      names,
    )
  }
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) {
    throw broken(
      file,
      `the header has '${twice}' twice`,
      'each name once',
      'Rename one of the two, or say header: skip and name all under columns, in the order of the file.',
      names,
    )
  }
  return names
}

function broken(
  file: SourceFile,
  message: string,
  expected: string,
  hint: string,
  names?: readonly string[],
): TdbtError {
  return new TdbtError('T8012', `${file.name}: ${message}`, {
    found: names === undefined ? 'nothing of the kind' : names.join(', '),
    expected,
    hint,
  })
}
