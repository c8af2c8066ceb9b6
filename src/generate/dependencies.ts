import type { ColumnPath, ColumnSpec, GeneratorSpec, TableSpec } from './spec.ts'
import { templateNames } from './spec.ts'

/** A column of a table. */
export interface ColumnId {
  readonly table: string
  readonly column: string
}

/** The table that a foreign key column of `table` points at. */
export function keyTarget(table: TableSpec, key: string): string | undefined {
  const value = table.columns.find((column) => column.name === key)?.value
  return value?.kind === 'foreign_key' ? value.table : undefined
}

/** The columns that the values of a column are computed from. Names that are nowhere are left out. */
export function columnDependencies(column: ColumnSpec, table: TableSpec): readonly ColumnId[] {
  const own = (name: string): ColumnId => ({ table: table.name, column: name })
  const path = ({ key, column: name }: ColumnPath): readonly ColumnId[] => {
    if (key === null) return [own(name)]
    const target = keyTarget(table, key)
    return target === undefined ? [] : [own(key), { table: target, column: name }]
  }
  const { value } = column
  switch (value.kind) {
    case 'integer':
    case 'decimal':
      return value.by ? [own(value.by.column)] : []
    case 'choice_by':
      return [own(value.column)]
    case 'date':
      return value.date.after ? path(value.date.after) : []
    case 'after':
      return path(value.of)
    case 'lookup':
      return path({ key: value.key, column: value.column })
    case 'sum':
      return value.columns.map((name) => ({ table: value.table, column: name }))
    case 'template':
      return templateNames(value.text)
        .filter((name) => name !== 'row')
        .map(own)
    case 'foreign_key':
      return [{ table: value.table, column: value.column }]
    case 'sequence':
    case 'faker':
    case 'choice':
    case 'count':
    case 'constant':
      return []
  }
}

/** The tables that a table's rows hang on: those its keys point at, and its parent. Itself is left out. */
export function tableDependencies(table: TableSpec): readonly string[] {
  const names = table.columns.flatMap(({ value }) => (value.kind === 'foreign_key' ? [value.table] : []))
  if (table.rows.kind !== 'fixed') names.unshift(table.rows.parent)
  return [...new Set(names)].filter((name) => name !== table.name)
}

/** A way through the graph that comes back to its beginning, first name again at the end; undefined when there is none. */
export function findCycle(names: readonly string[], next: (name: string) => readonly string[]): string[] | undefined {
  const done = new Set<string>()
  const walk = (name: string, path: readonly string[]): string[] | undefined => {
    const at = path.indexOf(name)
    if (at >= 0) return [...path.slice(at), name]
    if (done.has(name)) return undefined
    for (const one of next(name)) {
      const cycle = walk(one, [...path, name])
      if (cycle) return cycle
    }
    done.add(name)
    return undefined
  }
  for (const name of names) {
    const cycle = walk(name, [])
    if (cycle) return cycle
  }
  return undefined
}

/** Table by name. */
export function tableOf(spec: Pick<GeneratorSpec, 'tables'>, name: string): TableSpec | undefined {
  return spec.tables.find((table) => table.name === name)
}
