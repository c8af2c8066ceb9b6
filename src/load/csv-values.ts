import type { CsvOptions } from '../core/index.ts'
import type { CsvRecord } from './csv-parser.ts'
import type { DateOrder } from './date-text.ts'
import { NULL_WORDS } from './infer-column.ts'
import type { ColumnShape } from './job.ts'
import { type ValueReader, type ValueType, valueReader, valueType } from './value-readers.ts'

/** How a column's cells become values. */
export interface CellReader {
  readonly name: string
  /** Where it stands in a record, -1 when the file has no such column: then it is null. */
  readonly index: number
  readonly type: ValueType
  readonly read: ValueReader
}

/** Readers for the columns of a table, over a file with that header. */
export function cellReaders(
  columns: readonly ColumnShape[],
  header: readonly string[],
  orders: ReadonlyMap<string, DateOrder | null>,
): readonly CellReader[] {
  return columns.map(({ name, type: sql }) => {
    const type = valueType(sql)
    return { name, index: header.indexOf(name), type, read: valueReader(type, orders.get(name) ?? null) }
  })
}

/** True when a cell means null: nothing between the delimiters, or a word that stands for it. In quotes nothing does, except where the empty text is no value. */
export function isNull(cell: string, quoted: boolean, isText: boolean, csv: CsvOptions): boolean {
  if (csv.nullTexts !== null) return (!quoted && csv.nullTexts.includes(cell)) || (cell === '' && !isText)
  if (cell === '') return !quoted || !isText
  return !isText && NULL_WORDS.has(cell)
}

/** The values of a record, or why it has to be put aside. */
export function readRecord(
  record: CsvRecord,
  width: number,
  readers: readonly CellReader[],
  csv: CsvOptions,
  out: (string | null)[],
): string | null {
  if (record.problem !== null) return record.problem
  const { cells, quoted } = record
  if (cells.length !== width) return `${cells.length} cells, and the header has ${width}`
  for (let at = 0; at < readers.length; at++) {
    const reader = readers[at]
    if (reader === undefined) continue
    const cell = reader.index < 0 ? undefined : cells[reader.index]
    if (cell === undefined) {
      out[at] = null
      continue
    }
    const isText = reader.type.kind === 'text' || reader.type.kind === 'other'
    if (isNull(cell, quoted?.[reader.index] === true, isText, csv)) {
      out[at] = null
      continue
    }
    const value = reader.read(cell)
    if (value === null) return `${shownValue(cell)} is no ${reader.type.sql} (column ${reader.name})`
    out[at] = value
  }
  return null
}

function shownValue(cell: string): string {
  const short = cell.length > 80 ? `${cell.slice(0, 80)}…` : cell
  return `'${short.replaceAll('\0', '\\0')}'`
}

const SPECIAL = /[\\\t\n\r]/
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

/** A value in COPY's text format. */
export function copyText(value: string | null): string {
  if (value === null) return '\\N'
  return SPECIAL.test(value) ? value.replace(/[\\\t\n\r]/g, (char) => ESCAPES[char] ?? char) : value
}
