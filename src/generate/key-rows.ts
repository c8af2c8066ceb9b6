import { TdbtError } from '../core/index.ts'
import type { CellScope, TableCells } from './cells.ts'
import { hashLabel, randomStream, zipfRank } from './random.ts'
import { shuffle } from './unique.ts'

/** The row of another table that a row's key points at; null where the row has no key. */
export interface KeyRows {
  readonly target: TableCells
  rowAt(row: number): number | null
}

/** The rows that a foreign key column points at, nulls of the column included. */
export function keyRows(keyColumn: string, { spec, table, self, cellsOf }: CellScope): KeyRows {
  const column = table.columns.find((one) => one.name === keyColumn)
  const value = column?.value
  if (!column || value?.kind !== 'foreign_key') {
    throw new TdbtError('T8001', `'${keyColumn}' of table '${table.name}' is not a foreign key column.`)
  }
  const label = `${table.name}.${keyColumn}`
  const target = value.table === table.name ? self : cellsOf(value.table)
  const drawn = ((): ((row: number) => number | null) => {
    if (table.rows.kind !== 'fixed' && table.rows.parent === value.table) return (row) => self.parentRow(row)
    const stream = randomStream(spec.seed, label)
    if (value.table === table.name)
      return (row) => (row === 0 ? null : row - 1 - zipfRank(stream.at(row), row, value.skew))
    // Popular rows are spread over the key's range.
    const spread = shuffle(target.rowCount, hashLabel(`${label}#spread`, spec.seed))
    if (column.unique) return spread
    return (row) => spread(zipfRank(stream.at(row), target.rowCount, value.skew))
  })()
  if (column.nullRate === 0) return { target, rowAt: drawn }
  const nulls = randomStream(spec.seed, `${label}#null`)
  return { target, rowAt: (row) => (nulls.at(row).next() < column.nullRate ? null : drawn(row)) }
}
