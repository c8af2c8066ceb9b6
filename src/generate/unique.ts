import { TdbtError } from '../core/index.ts'
import type { ColumnSpec, GeneratorSpec, TableSpec } from './spec.ts'

const DAY_MS = 86_400_000

/** Why a column's kind of values can't be unique, whatever the number of rows; null when it can. */
export function whyNotUnique(column: ColumnSpec, table: TableSpec): string | null {
  const { value } = column
  switch (value.kind) {
    case 'sequence':
    case 'faker':
    case 'template':
      return null
    case 'choice':
      return value.weights.every((weight) => weight === value.weights[0])
        ? null
        : 'values that come once each cannot have different weights'
    case 'integer':
    case 'decimal':
      return value.by ? `its range changes with '${value.by.column}'` : null
    case 'date': {
      const { trend, weekday, season, after } = value.date
      return trend !== 0 || weekday || season || after
        ? 'dates that come once each have no trend, weekday, season or earliest moment'
        : null
    }
    case 'foreign_key':
      if (value.table === table.name) return 'a table that points at itself has more rows than rows to point at'
      return table.rows.kind !== 'fixed' && table.rows.parent === value.table
        ? `each row of '${value.table}' has several rows here`
        : null
    case 'choice_by':
    case 'after':
    case 'lookup':
    case 'sum':
    case 'count':
    case 'constant':
      return `values of ${value.kind} may come twice`
  }
}

/**
 * How many different values a unique column has, where that is a number: `rowsOf` counts the rows of a table.
 * null: as many as there are rows (texts and sequences).
 */
export function uniqueCapacity(column: ColumnSpec, rowsOf: (table: string) => number): number | null {
  const { value } = column
  switch (value.kind) {
    case 'choice':
      return value.values.length
    case 'integer':
      return value.range[1] - value.range[0] + 1
    case 'decimal':
      return Math.floor((value.range[1] - value.range[0]) * 10 ** value.scale + 1e-6) + 1
    case 'date':
      return Math.floor((value.date.toMs - value.date.fromMs) / (value.date.precision === 'day' ? DAY_MS : 1000)) + 1
    case 'foreign_key':
      return rowsOf(value.table)
    case 'sequence':
    case 'faker':
    case 'template':
    case 'choice_by':
    case 'after':
    case 'lookup':
    case 'sum':
    case 'count':
    case 'constant':
      return null
  }
}

/** Throws T8001 at the first unique column that has fewer values than its table has rows. */
export function checkCapacities(spec: GeneratorSpec, rowsOf: (table: string) => number): void {
  for (const table of spec.tables) {
    for (const column of table.columns) {
      if (!column.unique) continue
      const capacity = uniqueCapacity(column, rowsOf)
      const rows = rowsOf(table.name)
      if (capacity === null || capacity >= rows) continue
      throw new TdbtError('T8001', `Column '${table.name}.${column.name}' cannot be unique.`, {
        location: column.location,
        source: spec.source,
        found: `${capacity.toLocaleString('en')} values for ${rows.toLocaleString('en')} rows`,
        expected: 'as many values as rows, or more',
        hint: 'Widen the range, lower --scale, or take `unique` away.',
      })
    }
  }
}

/** A fixed shuffle of 0…count-1: `salt` chooses which. */
export function shuffle(count: number, salt: number): (rank: number) => number {
  let factor = (salt % count) | 1
  while (gcd(factor, count) !== 1) factor += 2
  const offset = salt % count
  // rank * factor + offset stays below 2^53 for tables up to 94 million rows.
  if (count < 94_000_000) return (rank) => (rank * factor + offset) % count
  const [wideFactor, wideOffset, wideCount] = [BigInt(factor), BigInt(offset), BigInt(count)]
  return (rank) => Number((BigInt(rank) * wideFactor + wideOffset) % wideCount)
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b)
}
