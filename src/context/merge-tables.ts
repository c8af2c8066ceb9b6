import { TdbtError } from '../core/index.ts'
import type { PyValue } from '../jinja/index.ts'
import { Decimal } from './decimal.ts'
import type { Table, TableType } from './table.ts'

/**
 * The rows of several tables in one, columns by name, as dbt merges them: a column without values takes the type that the others give it, Integer becomes
 * Number where both meet; the result prints where `maker` does. Throws T4001 when types do not go together.
 */
export function mergeTables(maker: Table, tables: readonly Table[]): Table {
  const types = new Map<string, TableType | null>()
  for (const table of tables) {
    for (const [index, name] of table.columnNames.entries()) {
      const isEmpty = table.rows.every((row) => (row[index] ?? null) === null)
      const type = isEmpty ? null : (table.types[index] ?? null)
      types.set(name, unite(name, types.get(name) ?? null, type))
    }
  }
  const names = [...types.keys()]
  const merged = names.map((name) => types.get(name) ?? 'Integer')
  const rows = tables.flatMap((table) => {
    const places = names.map((name) => table.columnNames.indexOf(name))
    return table.rows.map((row) => places.map((place, column) => castTo(merged[column] ?? 'Text', row[place] ?? null)))
  })
  return maker.withColumns(names, merged, rows)
}

function unite(name: string, a: TableType | null, b: TableType | null): TableType | null {
  if (a === null || b === null || a === b) return a ?? b
  if ((a === 'Integer' && b === 'Number') || (a === 'Number' && b === 'Integer')) return 'Number'
  throw new TdbtError(
    'T4001',
    `Tables contain columns with the same names (${name}), but different types (${b} vs ${a})`,
  )
}

function castTo(type: TableType, cell: PyValue): PyValue {
  return type === 'Number' ? (Decimal.from(cell) ?? cell) : cell
}
