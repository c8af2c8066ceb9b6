import { type SourceLocation, TdbtError } from './errors.ts'
import { isJsonObject, type Json, type JsonObject } from './json.ts'
import { nearest } from './suggest.ts'

export type ExportFormat = 'csv' | 'jsonl' | 'parquet'
export type ExportCompression = 'none' | 'gzip' | 'snappy' | 'zstd'

/** What an `export:` block, or the options of `tdbt export`, say. */
export interface ExportSpec {
  readonly format: ExportFormat
  /** A folder (ends in `/`, or has no extension of the format) or a file. */
  readonly to: string
  /** Name of a connection of type s3, for settings that are not in the environment. */
  readonly connection: string | null
  readonly compression: ExportCompression
  /** Columns whose values make folders `column=value/`; they are not in the files. */
  readonly partitionBy: readonly string[]
  /** Columns, each perhaps followed by `desc`. */
  readonly orderBy: readonly string[]
  /** DuckDB types for columns of Parquet whose type the engine leaves open, by column. */
  readonly types: Readonly<Record<string, string>>
  readonly csv: CsvSpec
}

export interface CsvSpec {
  readonly delimiter: string
  readonly header: boolean
  /** Text that stands for null; it is quoted where it is a value. */
  readonly nullText: string
  readonly quoteAll: boolean
  readonly lineEnd: 'crlf' | 'lf'
}

/** Where a key of the block stands; null means the block. */
export type LocateKey = (key: string | null) => { readonly location?: SourceLocation; readonly source?: string }

interface Owner {
  readonly label: string
  readonly locate: LocateKey
}

const FORMATS: readonly ExportFormat[] = ['csv', 'jsonl', 'parquet']
const KEYS = [
  'format',
  'to',
  'connection',
  'compression',
  'partition_by',
  'order_by',
  'types',
  'delimiter',
  'header',
  'null',
  'quote',
  'line_end',
]
const CSV_KEYS = ['delimiter', 'header', 'null', 'quote', 'line_end']
const COMPRESSIONS: Readonly<Record<ExportFormat, readonly ExportCompression[]>> = {
  csv: ['none', 'gzip'],
  jsonl: ['none', 'gzip'],
  parquet: ['zstd', 'snappy', 'gzip', 'none'],
}

/** Extensions by which a `to` is a file, with what they say of format and compression. */
const EXTENSIONS: Readonly<Record<string, { readonly format: ExportFormat; readonly gzip: boolean }>> = {
  '.csv': { format: 'csv', gzip: false },
  '.csv.gz': { format: 'csv', gzip: true },
  '.jsonl': { format: 'jsonl', gzip: false },
  '.jsonl.gz': { format: 'jsonl', gzip: true },
  '.ndjson': { format: 'jsonl', gzip: false },
  '.ndjson.gz': { format: 'jsonl', gzip: true },
  '.parquet': { format: 'parquet', gzip: false },
}

/**
 * Reads a block. Defaults: the format that the file's extension says, else csv; a header, commas, `""` where needed, CRLF at line ends (RFC 4180)
 * and nothing for null; zstd for Parquet. Throws T8030 naming `owner` and the key, at
 * the place that `locate` gives.
 */
export function readExportSpec(raw: Json | undefined, label: string, locate: LocateKey = () => ({})): ExportSpec {
  const owner: Owner = { label, locate }
  if (!isJsonObject(raw ?? null))
    throw invalid(owner, "'export' is no mapping", JSON.stringify(raw ?? null), 'export: {format: csv, to: reports/}')
  const block = raw as JsonObject
  const unknown = Object.keys(block).find((key) => !KEYS.includes(key))
  if (unknown !== undefined) {
    const close = nearest(unknown, KEYS)
    throw invalid(
      owner,
      `an export has no '${unknown}'`,
      unknown,
      KEYS.join(', '),
      close === undefined ? undefined : `Did you mean '${close}'?`,
    )
  }
  const to = text(block, 'to', owner)
  if (to === undefined || to === '')
    throw invalid(owner, "'to' is missing", 'nothing', 'a folder or file: to: reports/')
  const extension = fileExtension(to)
  const asked = text(block, 'format', owner)
  const format = formatOf(asked ?? extension?.format ?? 'csv', owner)
  if (extension !== undefined && extension.format !== format) {
    throw invalid(owner, `'format' and the extension of 'to' differ`, `${format}, ${to}`, 'one format')
  }
  const stray = CSV_KEYS.find((key) => block[key] !== undefined && format !== 'csv')
  if (stray !== undefined) throw invalid(owner, `'${stray}' is for csv`, `format: ${format}`, 'format: csv')
  if (block['types'] !== undefined && format !== 'parquet')
    throw invalid(owner, "'types' is for parquet", `format: ${format}`, 'format: parquet')
  const partitionBy = texts(block, 'partition_by', owner)
  if (partitionBy.length > 0 && extension !== undefined) {
    throw invalid(owner, "'partition_by' makes many files, and 'to' is one", to, 'a folder: to: exports/')
  }
  return {
    format,
    to,
    connection: text(block, 'connection', owner) ?? null,
    compression: compressionOf(text(block, 'compression', owner), format, extension?.gzip, owner),
    partitionBy,
    orderBy: texts(block, 'order_by', owner),
    types: typesOf(block['types'], owner),
    csv: csvOf(block, owner),
  }
}

/** The extension of `to` where it names a file. */
export function fileExtension(to: string): { readonly format: ExportFormat; readonly gzip: boolean } | undefined {
  const path = to.replace(/\?[a-z_]+=.*$/, '').toLowerCase()
  const found = Object.keys(EXTENSIONS).find((extension) => path.endsWith(extension))
  return found === undefined ? undefined : EXTENSIONS[found]
}

/** The extension of the files that an export makes. */
export function extensionOf({ format, compression }: ExportSpec): string {
  return `.${format}${format !== 'parquet' && compression === 'gzip' ? '.gz' : ''}`
}

function formatOf(word: string, owner: Owner): ExportFormat {
  const format = FORMATS.find((each) => each === word.toLowerCase())
  if (format !== undefined) return format
  const hint = /^nd?json$|^json$/i.test(word) ? "JSON lines are 'jsonl'." : undefined
  throw invalid(owner, `'format' cannot be '${word}'`, word, FORMATS.join(', '), hint)
}

function compressionOf(
  word: string | undefined,
  format: ExportFormat,
  gzip: boolean | undefined,
  owner: Owner,
): ExportCompression {
  const known = COMPRESSIONS[format]
  if (word === undefined) return gzip === true ? 'gzip' : (known[0] ?? 'none')
  const found = known.find((each) => each === word.toLowerCase())
  if (found === undefined)
    throw invalid(owner, `'compression' of ${format} cannot be '${word}'`, word, known.join(', '))
  if (gzip !== undefined && format !== 'parquet' && gzip !== (found === 'gzip')) {
    throw invalid(
      owner,
      "'compression' and the extension of 'to' differ",
      word,
      gzip ? 'gzip' : 'none, or an extension .gz',
    )
  }
  return found
}

function csvOf(block: JsonObject, owner: Owner): CsvSpec {
  const delimiter = text(block, 'delimiter', owner) ?? ','
  if (delimiter.length !== 1 || /["\r\n\0]/.test(delimiter) || delimiter.charCodeAt(0) > 127) {
    throw invalid(
      owner,
      "'delimiter' is one character",
      JSON.stringify(delimiter),
      "a comma, ';', '|' or a tab: \"\\t\"",
    )
  }
  const nullText = text(block, 'null', owner) ?? ''
  if (/["\r\n\0]/.test(nullText) || nullText.includes(delimiter)) {
    throw invalid(
      owner,
      "'null' cannot hold quotes, line ends or the delimiter",
      JSON.stringify(nullText),
      "text like NULL or '\\N'",
    )
  }
  const quote = text(block, 'quote', owner) ?? 'needed'
  if (quote !== 'needed' && quote !== 'all') throw invalid(owner, "'quote' is needed or all", quote, 'needed, all')
  const lineEnd = text(block, 'line_end', owner) ?? 'crlf'
  if (lineEnd !== 'crlf' && lineEnd !== 'lf') throw invalid(owner, "'line_end' is crlf or lf", lineEnd, 'crlf, lf')
  const header = block['header'] ?? true
  if (typeof header !== 'boolean')
    throw invalid(owner, "'header' is true or false", JSON.stringify(header), 'true, false')
  return { delimiter, header, nullText, quoteAll: quote === 'all', lineEnd }
}

function typesOf(value: Json | undefined, owner: Owner): Readonly<Record<string, string>> {
  if (value === undefined || value === null) return {}
  const bad =
    !isJsonObject(value) ||
    Object.values(value).some(
      (type) => typeof type !== 'string' || !/^[\w ]+(?:\(\s*\d+\s*(?:,\s*\d+\s*)?\))?$/.test(type),
    )
  if (bad)
    throw invalid(owner, "'types' maps columns to types", JSON.stringify(value), 'types: {amount: decimal(18,2)}')
  return Object.fromEntries(Object.entries(value).map(([column, type]) => [column, String(type)]))
}

function text(block: JsonObject, key: string, owner: Owner): string | undefined {
  const value = block[key]
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return value
  throw invalid(owner, `'${key}' is text`, JSON.stringify(value), 'text')
}

function texts(block: JsonObject, key: string, owner: Owner): readonly string[] {
  const value = block[key] ?? []
  const list = Array.isArray(value) ? value : [value]
  if (list.every((each) => typeof each === 'string' && each.trim() !== '')) return list.map(String)
  throw invalid(owner, `'${key}' lists columns`, JSON.stringify(value), `${key}: [order_date]`)
}

function invalid(owner: Owner, what: string, found: string, expected: string, hint?: string): TdbtError {
  // The message names the key in quotes; of a key that is unknown, the value found is the key.
  const key = what.startsWith('an export has no') ? found : (/'(\w+)'/.exec(what)?.[1] ?? null)
  return new TdbtError('T8030', `${owner.label}: ${what}`, {
    ...owner.locate(key),
    found,
    expected,
    hint: hint ?? 'Correct the block; the guide has all keys of an export.',
  })
}
