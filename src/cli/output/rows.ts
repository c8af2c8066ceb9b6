import { Decimal, type Table } from '../../context/index.ts'
import { type PyValue, pyStr, toHost } from '../../jinja/index.ts'

/** A table for people, as dbt's `show` prints it, or its rows as a JSON list of objects. */
export function rowsToText(table: Table, form: 'table' | 'json'): string {
  const { columnNames, rows } = table
  if (form === 'json') {
    const records = rows.map((row) =>
      Object.fromEntries(columnNames.map((name, index) => [name, jsonCell(row[index] ?? null)])),
    )
    return JSON.stringify(records)
  }
  const cells = rows.map((row) => columnNames.map((_, index) => textCell(row[index] ?? null)))
  const widths = columnNames.map((name, index) => Math.max(name.length, ...cells.map((row) => row[index]?.length ?? 0)))
  const numeric = columnNames.map(
    (_, index) => cells.length > 0 && cells.every((row) => /^(-?[\d,.]+(e[+-]?\d+)?)?$/i.test(row[index] ?? '')),
  )
  const line = (parts: readonly string[]): string =>
    `| ${parts.map((part, index) => (numeric[index] ? part.padStart(widths[index] ?? 0) : part.padEnd(widths[index] ?? 0))).join(' | ')} |`
  return [line(columnNames), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...cells.map(line)].join(
    '\n',
  )
}

function textCell(value: PyValue): string {
  return value === null ? '' : pyStr(value).replace(/\s*\n\s*/g, ' ')
}

/** Numbers as JSON numbers, dates and the like as their text. */
function jsonCell(value: PyValue): unknown {
  if (value instanceof Decimal) return Number(pyStr(value))
  const host = toHost(value)
  return typeof host === 'bigint' ? Number(host) : host
}
