import { type TableCells, tableCells } from './cells.ts'
import { checkTypes } from './column-types.ts'
import { dirtier } from './dirty.ts'
import { fakerMethods } from './faker-methods.ts'
import { randomStream } from './random.ts'
import type { ColumnSpec, GeneratorSpec, TableSpec } from './spec.ts'

export type GeneratedRow = readonly (string | null)[]

/** One table's rows; cells are texts in the order of `columns`, null for NULL. */
export interface GeneratedTable {
  readonly spec: TableSpec
  /** The columns that are written. */
  readonly columns: readonly ColumnSpec[]
  /** Rows without the duplicates that dirt adds. */
  readonly rowCount: number
  /** The rows made of the row numbers from `from` to `to` (not included), duplicates among them, each with its number. */
  rows(from: number, to: number, take: (cells: GeneratedRow, row: number) => void): void
  /** The day that a row's file is named after, YYYYMMDD; null without `by_day`. */
  readonly dayOf: ((row: number) => string) | null
}

/**
 * The tables of a spec (those that are written) in the spec's order, ready to make rows in any order. `scale` multiplies row counts.
 * Throws T8001 where a column cannot be unique at this scale, or has values that its type cannot hold.
 */
export function generateTables(
  spec: GeneratorSpec,
  options: { readonly scale?: number } = {},
): readonly GeneratedTable[] {
  const tables = tableCells(spec, options.scale ?? 1, fakerMethods())
  const written = spec.tables.filter((table) => !table.hidden)
  const made = written.map((table) => {
    const cells = tables.get(table.name)
    if (!cells) throw new Error(`no cells for ${table.name}`)
    const columns = table.columns.filter((column) => !column.hidden)
    return { spec: table, columns, rowCount: cells.rowCount, rows: rowMaker(spec, columns, cells), dayOf: dayOf(cells) }
  })
  checkTypes(spec, made)
  return made
}

function rowMaker(spec: GeneratorSpec, columns: readonly ColumnSpec[], cells: TableCells): GeneratedTable['rows'] {
  const table = cells.spec
  const makers = columns.map((column) => {
    const text = cells.texts(column)
    if (column.dirt.length === 0) return text
    const dirty = dirtier(column)
    const stream = randomStream(spec.seed, `${table.name}.${column.name}#dirt`)
    return (row: number) => dirty(text(row), stream.at(row))
  })
  const repeats = randomStream(spec.seed, `${table.name}#duplicates`)
  return (from, to, take) => {
    for (let row = from; row < to; row++) {
      const made: (string | null)[] = []
      for (const make of makers) made.push(make(row))
      take(made, row)
      if (table.duplicateRate > 0 && repeats.at(row).next() < table.duplicateRate) take(made, row)
    }
  }
}

function dayOf(cells: TableCells): GeneratedTable['dayOf'] {
  const { byDay } = cells.spec
  if (byDay === null) return null
  const moment = cells.column(byDay)
  return (row) => new Date(Number(moment(row))).toISOString().slice(0, 10).replaceAll('-', '')
}
