import { TdbtError } from '../../core/index.ts'
import { splitStatements } from './split-statements.ts'

/** A COPY of Postgres's between the engine and this process, taken apart. */
export interface CopyStatement {
  readonly direction: 'in' | 'out'
  /** The table as written, or the query with its parentheses. */
  readonly source: string
  /** The list of columns with its parentheses, or empty. */
  readonly columns: string
  readonly format: 'csv' | 'text'
  readonly header: boolean
  readonly delimiter: string
  readonly quote: string
  readonly escape: string
  /** The text that stands for null, unquoted. */
  readonly nullText: string
  /** Every value in quotes, when it goes out. */
  readonly forceQuote: boolean
}

const SHAPE = /^copy\s+(.+?)\s+(from\s+stdin|to\s+stdout)\s*(?:with\s*)?(?:\((.*)\))?\s*;?\s*$/is

/** Understands `COPY t [(columns)] FROM STDIN` and `COPY t|(query) TO STDOUT` with the options of Postgres's csv and text formats. Throws T5007 for others. */
export function parseCopy(sql: string): CopyStatement {
  const match = SHAPE.exec(sql.trim())
  if (match === null) throw unsupported(sql, 'no COPY … FROM STDIN or TO STDOUT')
  const [, target = '', way = '', list = ''] = match
  const options = readOptions(sql, list)
  const direction = /^from/i.test(way) ? 'in' : 'out'
  const format = (options.get('format') ?? 'text').toLowerCase()
  if (format !== 'csv' && format !== 'text') throw unsupported(sql, `format ${format}`)
  const csv = format === 'csv'
  const quote = options.get('quote') ?? '"'
  const encoding = options.get('encoding') ?? 'utf8'
  if (!/^utf-?8$/i.test(encoding)) throw unsupported(sql, `encoding ${encoding}`)
  const { source, columns } = splitTarget(target.trim())
  return {
    direction,
    source,
    columns,
    format: csv ? 'csv' : 'text',
    header: /^(?:|true|on|1|match)$/i.test(options.get('header') ?? 'false'),
    delimiter: options.get('delimiter') ?? (csv ? ',' : '\t'),
    quote,
    escape: options.get('escape') ?? quote,
    nullText: options.get('null') ?? (csv ? '' : '\\N'),
    forceQuote: options.has('force_quote'),
  }
}

/** A query stays whole; a table's list of columns is what stands in parentheses at its end. */
function splitTarget(target: string): { readonly source: string; readonly columns: string } {
  if (target.startsWith('(')) return { source: target, columns: '' }
  const name = /^(?:"(?:[^"]|"")*"|[^\s("]+)(?:\s*\.\s*(?:"(?:[^"]|"")*"|[^\s("]+))*/.exec(target)?.[0] ?? target
  return { source: name, columns: target.slice(name.length).trim() }
}

/** `name value` pairs between commas: values are words, numbers or quoted texts. */
function readOptions(sql: string, list: string): ReadonlyMap<string, string> {
  const options = new Map<string, string>()
  const pair = /\s*(\w+)(?:\s+(E?'(?:[^']|'')*'|\([^)]*\)|[^\s,]+))?\s*(?:,|$)/gy
  let at = 0
  while (at < list.trimEnd().length) {
    pair.lastIndex = at
    const match = pair.exec(list)
    if (match === null) throw unsupported(sql, `options ${list.slice(at).trim()}`)
    const [, name = '', value = ''] = match
    options.set(name.toLowerCase(), unquote(value))
    at = pair.lastIndex
  }
  return options
}

function unquote(value: string): string {
  const match = /^(E?)'(.*)'$/is.exec(value)
  if (match === null) return value
  const text = (match[2] ?? '').replaceAll("''", "'")
  return match[1] === ''
    ? text
    : text.replace(/\\(.)/g, (_, char: string) => (char === 't' ? '\t' : char === 'n' ? '\n' : char))
}

function unsupported(sql: string, found: string): TdbtError {
  return new TdbtError('T5007', 'This COPY is not understood for DuckDB', {
    sql,
    found,
    expected: 'COPY t (columns) FROM STDIN (FORMAT csv, …) or COPY (query) TO STDOUT (FORMAT csv, …)',
  })
}

/** Throws T5007 for a COPY FROM STDIN or TO STDOUT among the statements of a text: DuckDB has neither, and would make a file of that name. */
export function refuseStandardStreams(sql: string): void {
  if (!/\b(?:stdin|stdout)\b/i.test(sql)) return
  for (const piece of splitStatements(sql)) {
    if (piece.word === 'COPY' && SHAPE.test(piece.sql.replace(/^(?:\s|--[^\n]*\n|\/\*.*?\*\/)+/s, ''))) {
      throw new TdbtError('T5007', 'COPY between DuckDB and this process does not go through a text of SQL', {
        sql,
        hint: 'Name a file instead of STDIN or STDOUT.',
      })
    }
  }
}
