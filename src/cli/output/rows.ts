import { Decimal, type Table } from '../../context/index.ts'
import { float, PyDict, PyFloat, type PyValue, pyStr, toJson } from '../../jinja/index.ts'

/** The rows as dbt's `show --output json` gives them, with the node's name unless the query was given inline. */
export function rowsToJson(table: Table, node: string | null): string {
  const records = table.rows.map((row) => {
    const record = new PyDict()
    for (const [index, name] of table.columnNames.entries()) record.setString(name, jsonCell(row[index] ?? null))
    return record
  })
  const shown = new PyDict()
  if (node !== null) shown.setString('node', node)
  shown.setString('show', records)
  return toJson(shown, { indent: 2 })
}

/** A table for people, as dbt's `show` prints it. */
export function rowsToText(table: Table): string {
  const { columnNames, rows } = table
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

/** Python's JSON of a value, four spaces deep where it stands in dbt's output: a float keeps its point, dates are their text. */
function jsonCell(value: PyValue): PyValue {
  if (value instanceof Decimal) return float(Number(pyStr(value)))
  return isJsonScalar(value) ? value : pyStr(value)
}

function isJsonScalar(value: PyValue): boolean {
  return value === null || ['boolean', 'number', 'bigint', 'string'].includes(typeof value) || value instanceof PyFloat
}
