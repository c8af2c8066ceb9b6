import { PyDate, type PyValue, pyStr } from '../jinja/index.ts'
import { Decimal } from './decimal.ts'
import { sqlTimeText } from './python-time.ts'
import type { Table } from './table.ts'

const CHUNK_CHARACTERS = 1 << 16
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

/**
 * The rows of a seed in the text format of Postgres's COPY, in chunks: tabs between cells, `\N` for null. Whole numbers have no point, so that they go
 * into integer columns; times with an offset are UTC.
 */
export function* seedCopyText(table: Table): Generator<Uint8Array> {
  const encoder = new TextEncoder()
  const whole = table.columnNames.map((_, index) => {
    const kind = table.columnKind(index)
    return kind === 'integer' || kind === 'bigint'
  })
  let chunk = ''
  for (const row of table.rows) {
    let line = ''
    for (const [index, cell] of row.entries()) line += (index === 0 ? '' : '\t') + copyCell(cell, whole[index] === true)
    chunk += `${line}\n`
    if (chunk.length >= CHUNK_CHARACTERS) {
      yield encoder.encode(chunk)
      chunk = ''
    }
  }
  if (chunk !== '') yield encoder.encode(chunk)
}

function copyCell(cell: PyValue, whole: boolean): string {
  if (cell === null) return '\\N'
  if (typeof cell === 'boolean') return cell ? 't' : 'f'
  if (cell instanceof Decimal) return whole && cell.isFinite ? String(cell.toInteger()) : cell.plainText
  if (cell instanceof PyDate) return sqlTimeText(cell)
  return pyStr(cell).replace(/[\\\t\n\r]/g, (character) => ESCAPES[character] ?? character)
}
