import { createReadStream } from 'node:fs'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TdbtError } from '../../core/index.ts'
import type { CopyStatement } from './copy-statement.ts'
import { quoteIdentifier, stringLiteral } from './quote.ts'
import { textToCsv } from './text-format.ts'

/** A folder of one file for one COPY: DuckDB reads and writes files, no streams. */
export interface CopyFile {
  readonly path: string
  remove(): Promise<void>
}

export async function copyFile(): Promise<CopyFile> {
  const folder = await mkdtemp(join(tmpdir(), 'tdbt-duckdb-'))
  return { path: join(folder, 'copy.csv'), remove: () => rm(folder, { recursive: true, force: true }) }
}

/**
 * Writes what comes in as CSV, whatever format it has, and tells whether its first line ends with a line feed alone. Throws what the source throws,
 * T5003 where the disk is full.
 */
export async function spool(
  path: string,
  copy: CopyStatement,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<{ readonly lineFeeds: boolean }> {
  const file = await open(path, 'wx', 0o600)
  let lineFeeds: boolean | undefined
  let quoted = false
  let before = 0
  const lookAt = (bytes: Uint8Array): void => {
    const [quote, escaping] = [copy.quote, copy.escape].map((sign) => sign.charCodeAt(0))
    for (const byte of bytes) {
      if (byte === quote && (escaping === quote || !quoted || before !== escaping)) quoted = !quoted
      else if (byte === 10 && !quoted) lineFeeds = before !== 13
      if (lineFeeds !== undefined) return
      before = byte
    }
  }
  try {
    const pieces = copy.format === 'csv' ? chunks : textToCsv(chunks, copy)
    for await (const piece of pieces) {
      const bytes = typeof piece === 'string' ? Buffer.from(piece, 'utf8') : piece
      if (lineFeeds === undefined) lookAt(bytes)
      for (let at = 0; at < bytes.length; ) at += (await write(() => file.write(bytes, at))).bytesWritten
    }
  } finally {
    await file.close()
  }
  return { lineFeeds: lineFeeds === true }
}

async function write<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw new TdbtError('T5003', `The data could not be put aside for DuckDB: ${String(cause)}`, {
      hint: `Make room in ${tmpdir()}, or set TMPDIR to a folder with more.`,
      cause,
    })
  }
}

/** The file in pieces as they are read. */
export async function* readPieces(path: string): AsyncGenerator<Uint8Array> {
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 })) yield chunk as Buffer
}

export interface CopyColumn {
  readonly name: string
  readonly type: string
}

/** Columns whose text in Postgres's COPY is not what DuckDB reads: bytes in hex, arrays in braces. */
function translated(column: CopyColumn): string | null {
  const name = quoteIdentifier(column.name)
  if (column.type === 'BLOB') {
    return `case when ${name} like '\\x%' and regexp_full_match(${name}, '\\\\x([0-9a-fA-F]{2})*') then unhex(${name}[3:]) else ${name}::blob end`
  }
  if (column.type.endsWith(']')) {
    const brackets = `case when ${name} like '%"%' then ${outsideQuotes(name)} else translate(${name}, '{}', '[]') end`
    return `cast(case when ${name} like '{%}' then ${brackets} else ${name} end as ${column.type})`
  }
  return null
}

/** Braces of an array become brackets where they are not part of a quoted text. */
function outsideQuotes(name: string): string {
  const hidden = `replace(replace(${name}, '\\\\', chr(1)), '\\"', chr(2))`
  const pieces = `list_transform(string_split(${hidden}, '"'), lambda piece, place: case when place % 2 = 1 then translate(piece, '{}', '[]') else piece end)`
  return `replace(replace(array_to_string(${pieces}, '"'), chr(2), '\\"'), chr(1), '\\\\')`
}

/** Reads the spooled file into the table: its `columns` are those that the COPY names, in order. */
export function loadFileSql(
  copy: CopyStatement,
  { path, lineFeeds }: { readonly path: string; readonly lineFeeds: boolean },
  columns: readonly CopyColumn[],
): string {
  const csv = copy.format === 'csv'
  const options = {
    header: csv && copy.header ? 'true' : 'false',
    auto_detect: 'false',
    delim: stringLiteral(csv ? copy.delimiter : ','),
    quote: stringLiteral(csv ? copy.quote : '"'),
    escape: stringLiteral(csv ? copy.escape : '"'),
    nullstr: stringLiteral(csv ? copy.nullText : ''),
    allow_quoted_nulls: 'false',
    max_line_size: '134217728',
    // Left to itself DuckDB takes the first break it meets for the end of lines, also one within quotes; lines that end with two characters it reads
    // right only when it is not strict.
    ...(lineFeeds ? { new_line: `'\\n'` } : { strict_mode: 'false' }),
  }
  const expressions = columns.map(translated)
  if (expressions.every((expression) => expression === null)) {
    const list = Object.entries(options).map(([key, value]) => `${key} ${value}`)
    return `copy ${copy.source} ${copy.columns} from ${stringLiteral(path)} (format csv, ${list.join(', ')})`
  }
  const types = columns.map(
    (column, index) =>
      `${stringLiteral(column.name)}: ${stringLiteral(expressions[index] === null ? column.type : 'VARCHAR')}`,
  )
  const list = Object.entries(options).map(([key, value]) => `${key} = ${value}`)
  const selected = columns.map((column, index) => expressions[index] ?? quoteIdentifier(column.name))
  return `insert into ${copy.source} ${copy.columns} select ${selected.join(', ')} from read_csv(${stringLiteral(path)}, columns = {${types.join(', ')}}, ${list.join(', ')})`
}

/** The query whose rows a COPY TO gives. */
export function copiedQuery(copy: CopyStatement): string {
  if (copy.source.startsWith('(')) return copy.source
  const columns = copy.columns === '' ? '*' : copy.columns.slice(1, -1)
  return `(select ${columns} from ${copy.source})`
}

/** Writes the rows as CSV into the file. Booleans are t and f, as Postgres writes them. */
export function saveFileSql(copy: CopyStatement, path: string, columns: readonly CopyColumn[]): string {
  const options = [
    'format csv',
    `header ${copy.header}`,
    `delim ${stringLiteral(copy.delimiter)}`,
    `quote ${stringLiteral(copy.quote)}`,
    `escape ${stringLiteral(copy.escape)}`,
    `nullstr ${stringLiteral(copy.nullText)}`,
    ...(copy.forceQuote ? ['force_quote *'] : []),
  ]
  return `copy (select ${columns.map((column) => `${postgresText(column)} as ${quoteIdentifier(column.name)}`).join(', ')} from ${copiedQuery(copy)}) to ${stringLiteral(path)} (${options.join(', ')})`
}

function postgresText(column: CopyColumn): string {
  const name = quoteIdentifier(column.name)
  if (column.type === 'BOOLEAN') return `case ${name} when true then 't' when false then 'f' end`
  if (column.type === 'BLOB') return `'\\x' || lower(hex(${name}))`
  return name
}

/** Rows as lines of Postgres's text format: one column, `line`. */
export function textLinesSql(copy: CopyStatement, columns: readonly CopyColumn[]): string {
  const nullText = stringLiteral(copy.nullText)
  const cells = columns.map((column) => {
    const text = `cast(${postgresText(column)} as varchar)`
    const escaped = [
      ['\\', '\\\\'],
      ['\t', '\\t'],
      ['\n', '\\n'],
      ['\r', '\\r'],
    ].reduce((inner, [from = '', to = '']) => `replace(${inner}, ${stringLiteral(from)}, ${stringLiteral(to)})`, text)
    return `coalesce(${escaped}, ${nullText})`
  })
  const line = cells.join(` || ${stringLiteral(copy.delimiter)} || `)
  return `select ${line} as line from ${copiedQuery(copy)}`
}
