import type { ResultColumn } from '../adapters/interface.ts'
import type { ExportSpec } from '../core/index.ts'
import type { CsvCell } from './csv-records.ts'
import { jsonLineWriter } from './json-lines.ts'

/** How records become the text of a file of CSV or JSON lines. */
export interface RowText {
  /** What a file begins with. */
  readonly head: string
  /** One record with its line end. */
  line(record: readonly CsvCell[]): string
}

/** The text of files whose records come from `parseRecords`. */
export function rowText(spec: ExportSpec, columns: readonly ResultColumn[]): RowText {
  if (spec.format === 'jsonl') return { head: '', line: jsonLineWriter(columns) }
  const { delimiter, header, nullText, quoteAll, lineEnd } = spec.csv
  const end = lineEnd === 'crlf' ? '\r\n' : '\n'
  const needsQuotes = new RegExp(`["\\r\\n${delimiter.replace(/[\\\]^-]/g, '\\$&')}]`)
  const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`
  const cellText = (cell: CsvCell): string => {
    if (cell === null) return nullText
    return quoteAll || cell === nullText || needsQuotes.test(cell) ? quoted(cell) : cell
  }
  const booleans = columns.map((column) => column.kind === 'boolean')
  const value = (cell: CsvCell, index: number): CsvCell =>
    booleans[index] && cell !== null ? (cell === 't' || cell === 'true' ? 'true' : 'false') : cell
  const name = (text: string): string => (quoteAll || text === nullText || needsQuotes.test(text) ? quoted(text) : text)
  return {
    head: header ? columns.map((column) => name(column.name)).join(delimiter) + end : '',
    line: (record) => record.map((cell, index) => cellText(value(cell, index))).join(delimiter) + end,
  }
}
