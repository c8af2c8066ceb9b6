import { type PyValue, pyStr } from '../jinja/index.ts'
import { Decimal, decimalPlaces } from './decimal.ts'
import { drawTable } from './table-text.ts'

interface Printable {
  readonly columnNames: readonly string[]
  readonly types: readonly string[]
  readonly rows: readonly (readonly PyValue[])[]
}

export interface PrintOptions {
  readonly maxRows?: number | null
  readonly maxColumns?: number | null
  readonly maxColumnWidth?: number | null
  readonly maxPrecision?: number | null
}

/** agate's print_table as text: 20 rows, 6 columns, 20 characters and 3 decimals at most unless told otherwise; null lifts a limit. */
export function printedTable(table: Printable, options: PrintOptions = {}): string {
  const { maxRows = 20, maxColumns = 6, maxColumnWidth = 20, maxPrecision = 3 } = options
  const shown = table.rows.slice(0, maxRows ?? table.rows.length)
  const formats = table.types.map((type, index) =>
    type === 'Number'
      ? numberFormat(
          shown.map((row) => row[index] ?? null),
          maxPrecision,
        )
      : cellText,
  )
  const rows = table.rows.map((row, position) =>
    position < shown.length ? row.map((cell, index) => (formats[index] ?? cellText)(cell)) : [],
  )
  return drawTable({
    columns: table.columnNames.map((name, index) => ({ name, left: table.types[index] === 'Text' })),
    rows,
    maxRows,
    maxColumns,
    maxColumnWidth,
  })
}

function cellText(cell: PyValue): string {
  return cell === null ? '' : pyStr(cell)
}

/** Numbers of one column with as many decimals as the longest needs, thousands apart; `…` says that some were cut. */
function numberFormat(cells: readonly PyValue[], maxPrecision: number | null): (cell: PyValue) => string {
  const places = decimalPlaces(cells.flatMap((cell) => Decimal.from(cell) ?? []))
  const cut = maxPrecision !== null && places > maxPrecision
  const shown = Math.max(0, cut ? maxPrecision : places)
  return (cell) => {
    const value = Decimal.from(cell)
    if (value === undefined) return cellText(cell)
    return value.isFinite ? `${value.$format(`,.${shown}f`)}${cut ? '…' : ''}` : cellText(cell)
  }
}
