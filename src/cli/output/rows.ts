import type { Table } from '../../context/index.ts'
import { pyStr, toHost, toJson } from '../../jinja/index.ts'

/** A table for people, as dbt's `show` prints it, or its rows as a JSON list of objects. */
export function rowsToText(table: Table, form: 'table' | 'json'): string {
  const { columnNames, rows } = table
  if (form === 'json') {
    return toHost(
      toJson(rows.map((row) => Object.fromEntries(columnNames.map((name, index) => [name, row[index] ?? null])))),
    ) as string
  }
  const cells = rows.map((row) => columnNames.map((_, index) => text(row[index] ?? null)))
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

function text(value: Parameters<typeof pyStr>[0]): string {
  return value === null ? '' : pyStr(value).replace(/\s*\n\s*/g, ' ')
}
