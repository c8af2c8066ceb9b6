import type { CellKind, ResultColumn } from '../adapters/interface.ts'
import type { CsvCell } from './csv-records.ts'

/** Makes a line of JSON of a record whose cells are the texts that Postgres's COPY writes. */
export function jsonLineWriter(columns: readonly ResultColumn[]): (record: readonly CsvCell[]) => string {
  const keys = columns.map((column, index) => `${index === 0 ? '{' : ','}${JSON.stringify(column.name)}:`)
  // DuckDB's driver gives JSON as text; in a file it is JSON, whatever the engine.
  const kinds = columns.map((column): CellKind => (/^json$/i.test(column.type) ? 'json' : column.kind))
  return (record) => {
    let line = ''
    for (let index = 0; index < keys.length; index++)
      line += keys[index] + jsonValue(record[index] ?? null, kinds[index] ?? 'other')
    return `${line}}\n`
  }
}

/** Numbers with all their digits; dates and times in ISO 8601; JSON as it is, on one line; what JSON has no word for is text. */
function jsonValue(cell: CsvCell, kind: CellKind): string {
  if (cell === null) return 'null'
  switch (kind) {
    case 'integer':
      return cell
    case 'decimal':
    case 'float':
      return jsonNumber(cell)
    case 'boolean':
      return cell === 't' || cell === 'true' ? 'true' : 'false'
    case 'timestamp':
    case 'timestamptz':
      return JSON.stringify(isoTime(cell))
    case 'json':
      // A line end inside a JSON string is written \n, so one that is met is white space.
      return cell.replace(/[\r\n]+/g, ' ')
    case 'text':
    case 'date':
    case 'time':
    case 'interval':
    case 'bytes':
    case 'array':
    case 'other':
      return JSON.stringify(cell)
  }
}

/** `1e+20` and `12.50` are numbers as they stand; NaN, Infinity and -Infinity are text, spelled alike by every engine. */
function jsonNumber(text: string): string {
  if (/^-?\d/.test(text)) return text
  return JSON.stringify(/^nan$/i.test(text) ? 'NaN' : text.replace(/^(-?)inf(?:inity)?$/i, '$1Infinity'))
}

/** `2024-01-01 02:00:00.5+02` → `2024-01-01T02:00:00.5+02:00`. */
function isoTime(text: string): string {
  const match = /^(\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)(?:([+-]\d\d)(?::?(\d\d))?)?$/.exec(text)
  if (match === null) return text
  const [, date, time, hours, minutes] = match
  return `${date}T${time}${hours === undefined ? '' : `${hours}:${minutes ?? '00'}`}`
}
