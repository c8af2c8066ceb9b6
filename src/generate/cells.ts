import { TdbtError } from '../core/index.ts'
import { dateSampler, formatMoment } from './date-sampler.ts'
import type { fakerFor } from './faker-methods.ts'
import { cumulate, hashLabel, integerBetween, pickByWeight, randomStream, zipfRank } from './random.ts'
import type { ColumnSpec, GeneratorSpec, TableSpec, ValueSpec } from './spec.ts'

/** A clean value: dates are milliseconds here, decimals plain numbers rounded to their scale. */
export type CellValue = string | number | boolean | null

/** What is needed to make any cell of a table by its row number. */
export interface TableCells {
  readonly spec: TableSpec
  /** Rows before duplicates. */
  readonly rowCount: number
  /** For tables counted per parent row: the parent's row of a row, and the first row of a parent's row. */
  readonly parentRow: (row: number) => number
  readonly firstRowOf: (parentRow: number) => number
  cell(column: string, row: number): CellValue
  /** The clean value as text, null for null. */
  text(column: ColumnSpec, row: number): string | null
}

type CellFunction = (row: number) => CellValue

/**
 * Cell functions of all tables. Columns reach each other (look-ups, sums, templates) through these functions, each a pure
 * function of the row, so no table is ever held in memory; only the row offsets of per-parent tables are.
 */
export function tableCells(
  spec: GeneratorSpec,
  scale: number,
  faker: ReturnType<typeof fakerFor>,
): ReadonlyMap<string, TableCells> {
  const tables = new Map<string, TableCells>()
  for (const table of spec.tables) tables.set(table.name, cellsOf(table, spec, scale, faker, tables))
  return tables
}

function cellsOf(
  table: TableSpec,
  spec: GeneratorSpec,
  scale: number,
  faker: ReturnType<typeof fakerFor>,
  tables: ReadonlyMap<string, TableCells>,
): TableCells {
  const layout = rowLayout(table, spec.seed, scale, tables)
  const functions = new Map<string, CellFunction>()
  const cell = (column: string, row: number): CellValue => {
    let make = functions.get(column)
    if (!make) {
      const found = table.columns.find((candidate) => candidate.name === column)
      if (!found) throw new TdbtError('T8001', `Table '${table.name}' has no column '${column}'.`)
      make = cellFunction(found, table, spec, faker, tables, self)
      functions.set(column, make)
    }
    return make(row)
  }
  const self: TableCells = {
    spec: table,
    ...layout,
    cell,
    text(column, row) {
      const value = cell(column.name, row)
      if (value === null) return null
      return column.value.kind === 'date' && typeof value === 'number'
        ? formatMoment(value, column.value.date.precision)
        : textOf(column.value, value)
    },
  }
  return self
}

function textOf(value: ValueSpec, cell: CellValue): string {
  if (typeof cell === 'number') {
    if (value.kind === 'decimal') return cell.toFixed(value.scale)
    if (value.kind === 'sum' || value.kind === 'lookup') return Number.isInteger(cell) ? String(cell) : cell.toFixed(2)
  }
  return String(cell)
}

function rowLayout(
  table: TableSpec,
  seed: number,
  scale: number,
  tables: ReadonlyMap<string, TableCells>,
): Pick<TableCells, 'rowCount' | 'parentRow' | 'firstRowOf'> {
  const rows = table.rows
  if (rows.kind === 'fixed') {
    const rowCount = Math.max(1, Math.round(rows.count * scale))
    return { rowCount, parentRow: (row) => row, firstRowOf: (row) => row }
  }
  const parent = tables.get(rows.parent)
  if (!parent) throw new TdbtError('T8001', `Table '${table.name}' is counted per '${rows.parent}', which comes later.`)
  const stream = randomStream(seed, `${table.name}#rows`)
  const cumulative = cumulate(rows.weights)
  const offsets = new Float64Array(parent.rowCount + 1)
  for (let row = 0; row < parent.rowCount; row++) {
    offsets[row + 1] = (offsets[row] ?? 0) + rows.min + pickByWeight(stream.at(row), cumulative)
  }
  const parentRow = (row: number): number => {
    let low = 0
    let high = parent.rowCount - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((offsets[middle] ?? 0) <= row) low = middle
      else high = middle - 1
    }
    return low
  }
  return { rowCount: offsets[parent.rowCount] ?? 0, parentRow, firstRowOf: (row) => offsets[row] ?? 0 }
}

function cellFunction(
  column: ColumnSpec,
  table: TableSpec,
  spec: GeneratorSpec,
  faker: ReturnType<typeof fakerFor>,
  tables: ReadonlyMap<string, TableCells>,
  self: TableCells,
): CellFunction {
  const stream = randomStream(spec.seed, `${table.name}.${column.name}`)
  const make = valueFunction(column.value, table, spec, faker, tables, self, stream)
  if (!column.unique) return make
  return (row) => {
    const value = make(row)
    if (typeof value !== 'string') return value
    const at = value.lastIndexOf('@')
    const tag = (row + 1).toString(36)
    return at < 0 ? `${value}-${tag}` : `${value.slice(0, at)}.${tag}${value.slice(at)}`
  }
}

function valueFunction(
  value: ValueSpec,
  table: TableSpec,
  spec: GeneratorSpec,
  faker: ReturnType<typeof fakerFor>,
  tables: ReadonlyMap<string, TableCells>,
  self: TableCells,
  stream: ReturnType<typeof randomStream>,
): CellFunction {
  const rowOf = (key: string): ((row: number) => readonly [TableCells, number]) =>
    keyedRow(key, table, spec, tables, self)
  switch (value.kind) {
    case 'sequence':
      return (row) => value.start + row * value.step
    case 'constant':
      return () => scalar(value.value)
    case 'faker': {
      const call = faker.bind(value.method, value.args, stream)
      return (row) => {
        stream.at(row)
        const made = call()
        return made instanceof Date ? made.getTime() : scalar(made)
      }
    }
    case 'choice': {
      const cumulative = cumulate(value.weights)
      return (row) => scalar(value.values[pickByWeight(stream.at(row), cumulative)])
    }
    case 'integer':
      return (row) => integerBetween(stream.at(row), value.min, value.max)
    case 'decimal': {
      const power = 10 ** value.scale
      const by = value.by
      return (row) => {
        const [min, max] = by?.ranges.get(String(self.cell(by.column, row))) || value.range
        return Math.round((min + stream.at(row).next() * (max - min)) * power) / power
      }
    }
    case 'date': {
      const sample = dateSampler(value.date)
      const after = value.date.after
      const parent = after && rowOf(after[0])
      return (row) => {
        const bound = parent && after ? parent(row) : null
        const notBefore = bound && after ? bound[0].cell(after[1], bound[1]) : null
        return sample(stream.at(row), typeof notBefore === 'number' ? notBefore : null)
      }
    }
    case 'foreign_key': {
      const target = keyedRow(value, table, spec, tables, self)
      return (row) => {
        const [cells, at] = target(row)
        return cells.cell(value.column, at)
      }
    }
    case 'lookup': {
      const target = rowOf(value.key)
      const factor = value.factor
      return (row) => {
        const [cells, at] = target(row)
        const found = cells.cell(value.column, at)
        if (!factor || typeof found !== 'number') return found
        const by = factor[0] + stream.at(row).next() * (factor[1] - factor[0])
        return Math.round(found * by * 100) / 100
      }
    }
    case 'sum': {
      return (row) => {
        const child = tables.get(value.table)
        if (!child) throw new TdbtError('T8001', `Column sums '${value.table}', which is no table of the spec.`)
        let cents = 0
        for (let at = child.firstRowOf(row); at < child.firstRowOf(row + 1); at++) {
          let product = 1
          for (const name of value.columns) product *= Number(child.cell(name, at))
          cents += Math.round(product * 100)
        }
        return cents / 100
      }
    }
    case 'template':
      return (row) =>
        value.text.replace(/\{(\w+)\}/g, (_, name: string) =>
          name === 'row' ? String(row + 1) : String(self.cell(name, row) ?? ''),
        )
  }
}

/** The table and row that a key column (a foreign key, or the parent of `rows.per`) points at. */
function keyedRow(
  key: string | Extract<ValueSpec, { kind: 'foreign_key' }>,
  table: TableSpec,
  spec: GeneratorSpec,
  tables: ReadonlyMap<string, TableCells>,
  self: TableCells,
): (row: number) => readonly [TableCells, number] {
  const keyColumn =
    typeof key === 'string'
      ? table.columns.find((column) => column.name === key)
      : table.columns.find((column) => column.value === key)
  const value = keyColumn?.value
  if (!keyColumn || value?.kind !== 'foreign_key') {
    throw new TdbtError('T8001', `'${String(key)}' of table '${table.name}' is not a foreign key column.`)
  }
  const target = tables.get(value.table)
  if (!target) throw new TdbtError('T8001', `Table '${table.name}' points at '${value.table}', which comes later.`)
  if (table.rows.kind === 'per' && table.rows.parent === value.table) return (row) => [target, self.parentRow(row)]
  const stream = randomStream(spec.seed, `${table.name}.${keyColumn.name}`)
  const spread = spreader(target.rowCount, hashLabel(`${table.name}.${keyColumn.name}#spread`, spec.seed))
  return (row) => [target, spread(zipfRank(stream.at(row), target.rowCount, value.skew))]
}

/** A fixed shuffle of 0…count-1, so that popular rows are spread over the key's range. */
function spreader(count: number, salt: number): (rank: number) => number {
  let factor = (salt % count) | 1
  while (gcd(factor, count) !== 1) factor += 2
  const offset = salt % count
  return (rank) => Number((BigInt(rank) * BigInt(factor) + BigInt(offset)) % BigInt(count))
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b)
}

function scalar(value: unknown): CellValue {
  if (value === null || value === undefined) return null
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  return JSON.stringify(value)
}
