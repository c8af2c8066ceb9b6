import { TdbtError } from '../core/index.ts'
import { formatMoment } from './date-sampler.ts'
import { tableOf } from './dependencies.ts'
import type { FakerMethods } from './faker-methods.ts'
import { randomStream } from './random.ts'
import { type RowLayout, rowLayout } from './row-layout.ts'
import type { ColumnSpec, DatePrecision, GeneratorSpec, TableSpec } from './spec.ts'
import { checkCapacities } from './unique.ts'
import { valueFunction } from './value-functions.ts'

/** A clean value: dates are milliseconds here, decimals plain numbers rounded to their scale. */
export type CellValue = string | number | boolean | null
export type CellFunction = (row: number) => CellValue

/** What is needed to make any cell of a table by its row number. */
export interface TableCells extends RowLayout {
  readonly spec: TableSpec
  /** The clean values of a column. */
  column(name: string): CellFunction
  /** The clean values of a column as texts. */
  texts(column: ColumnSpec): (row: number) => string | null
}

/** All that a cell function may need of its surroundings. */
export interface CellScope {
  readonly spec: GeneratorSpec
  readonly table: TableSpec
  readonly self: TableCells
  readonly faker: FakerMethods
  cellsOf(table: string): TableCells
}

/**
 * Cell functions of all tables. Columns reach each other (look-ups, sums, templates) through these functions, each a pure
 * function of the row, so no table is ever held in memory; only the row offsets of per-parent tables are.
 * Throws T8001 where a table has more rows than a unique column has values.
 */
export function tableCells(spec: GeneratorSpec, scale: number, faker: FakerMethods): ReadonlyMap<string, TableCells> {
  const tables = new Map<string, TableCells>()
  const cellsOf = (name: string): TableCells => {
    const there = tables.get(name)
    if (there) return there
    const table = tableOf(spec, name)
    if (!table) throw new TdbtError('T8001', `The spec has no table '${name}'.`)
    const parentRows = table.rows.kind === 'fixed' ? 0 : cellsOf(table.rows.parent).rowCount
    const made = makeCells(table, rowLayout(table, spec.seed, scale, parentRows), { spec, table, faker, cellsOf })
    tables.set(name, made)
    return made
  }
  for (const table of spec.tables) cellsOf(table.name)
  checkCapacities(spec, (table) => cellsOf(table).rowCount)
  return tables
}

function makeCells(table: TableSpec, layout: RowLayout, scope: Omit<CellScope, 'self'>): TableCells {
  const functions = new Map<string, CellFunction>()
  const self: TableCells = {
    spec: table,
    ...layout,
    column(name) {
      const there = functions.get(name)
      if (there) return there
      const found = table.columns.find((candidate) => candidate.name === name)
      if (!found) throw new TdbtError('T8001', `Table '${table.name}' has no column '${name}'.`)
      const made = withNulls(found, valueFunction(found, { ...scope, self }), scope)
      functions.set(name, made)
      return made
    },
    texts(column) {
      const cell = self.column(column.name)
      const write = textWriter(column, scope.spec, table)
      return (row) => {
        const value = cell(row)
        return value === null ? null : write(value)
      }
    },
  }
  return self
}

function withNulls(column: ColumnSpec, make: CellFunction, scope: Omit<CellScope, 'self'>): CellFunction {
  if (column.nullRate === 0) return make
  const stream = randomStream(scope.spec.seed, `${scope.table.name}.${column.name}#null`)
  return (row) => (stream.at(row).next() < column.nullRate ? null : make(row))
}

/** How a column's values are written: numbers with the digits of `numeric(p, s)`, dates as ISO text. */
function textWriter(
  column: ColumnSpec,
  spec: GeneratorSpec,
  table: TableSpec,
): (value: string | number | boolean) => string {
  const precision = datePrecision(column, spec, table)
  if (precision) return (value) => (typeof value === 'number' ? formatMoment(value, precision) : String(value))
  const declared = /^(?:numeric|decimal)\s*\(\s*\d+\s*,\s*(\d+)\s*\)/i.exec(column.type)?.[1]
  const digits =
    declared === undefined ? (column.value.kind === 'decimal' ? column.value.scale : null) : Number(declared)
  if (digits !== null) return (value) => (typeof value === 'number' ? value.toFixed(digits) : String(value))
  return String
}

/** The precision of a column of dates, its own or that of the column it looks up; undefined for other columns. */
function datePrecision(column: ColumnSpec, spec: GeneratorSpec, table: TableSpec): DatePrecision | undefined {
  const { value } = column
  if (value.kind === 'date') return value.date.precision
  if (value.kind === 'after') return value.precision
  if (value.kind === 'faker' && /^date$/i.test(column.type)) return 'day'
  if (value.kind === 'faker' && /^timestamp/i.test(column.type)) return 'second'
  if (value.kind !== 'lookup') return undefined
  const key = table.columns.find((one) => one.name === value.key)?.value
  const target = key?.kind === 'foreign_key' ? tableOf(spec, key.table) : undefined
  const found = target?.columns.find((one) => one.name === value.column)
  return target && found ? datePrecision(found, spec, target) : undefined
}
