import { nearest } from '../core/index.ts'
import type { YamlReader } from '../yaml/index.ts'
import { columnDependencies, findCycle, keyTarget, tableDependencies, tableOf } from './dependencies.ts'
import type { ColumnPath, ColumnSpec, GeneratorSpec, TableSpec } from './spec.ts'
import { templateNames } from './spec.ts'
import { whyNotUnique } from './unique.ts'

/**
 * Holds the names of a spec against each other: tables and columns that are pointed at, keys that would go round in a circle,
 * columns that can't be unique whatever the number of rows. Throws T8001 at the line that is wrong.
 */
export function checkSpec(spec: GeneratorSpec, readers: readonly YamlReader[]): void {
  const seen = new Set<string>()
  for (const [index, table] of spec.tables.entries()) {
    const reader = readers[index]
    if (!reader) throw new Error('a reader for each table')
    if (seen.has(table.name)) {
      throw reader.at('name').fail(`Table '${table.name}' is there twice.`, 'a name of its own')
    }
    seen.add(table.name)
  }
  const at = (table: string): YamlReader => {
    const reader = readers[spec.tables.findIndex((one) => one.name === table)]
    if (!reader) throw new Error(`a reader for ${table}`)
    return reader
  }
  const columnAt = (table: TableSpec, column: string): YamlReader =>
    at(table.name)
      .at('columns')
      .at(table.columns.findIndex((one) => one.name === column))

  for (const table of spec.tables) {
    checkTable(table, spec, at(table.name))
    for (const column of table.columns) checkColumn(column, table, spec, columnAt(table, column.name))
  }
  checkCycles(spec, at, columnAt)
}

function checkTable(table: TableSpec, spec: GeneratorSpec, reader: YamlReader): void {
  if (table.rows.kind !== 'fixed') {
    mustBeTable(table.rows.parent, spec, reader.at('rows').at('per'))
    if (table.rows.parent === table.name) {
      throw reader.at('rows').at('per').fail('A table cannot be counted per itself.', 'another table')
    }
  }
  if (table.byDay === null) return
  const day = table.columns.find((column) => column.name === table.byDay)
  if (!day) throw noColumn(reader.at('by_day'), table)
  if ((day.value.kind !== 'date' && day.value.kind !== 'after') || day.nullRate > 0) {
    throw reader.at('by_day').fail(`'${day.name}' does not give each row a day.`, 'a date column without nulls')
  }
}

function checkColumn(column: ColumnSpec, table: TableSpec, spec: GeneratorSpec, reader: YamlReader): void {
  const { value } = column
  const own = (name: string, at: YamlReader): ColumnSpec => {
    const found = table.columns.find((one) => one.name === name)
    if (!found) throw noColumn(at, table, name)
    return found
  }
  switch (value.kind) {
    case 'integer':
    case 'decimal':
      if (value.by) own(value.by.column, reader.at(value.kind).at('by'))
      break
    case 'choice_by':
      own(value.column, reader.at('choice_by').at('column'))
      break
    case 'template':
      for (const name of templateNames(value.text)) if (name !== 'row') own(name, reader.at('template'))
      break
    case 'date':
      if (value.date.after) mustBeDate(value.date.after, table, spec, reader.at('date').at('after'))
      break
    case 'after':
      mustBeDate(value.of, table, spec, reader.at('after').at('of'))
      break
    case 'lookup':
      followPath(value, table, spec, reader.at('lookup'))
      break
    case 'foreign_key':
      checkKey(value.table, value.column, table, spec, reader.at('foreign_key'))
      break
    case 'sum':
    case 'count':
      checkChildren(value, table, spec, reader.at(value.kind))
      break
    case 'sequence':
    case 'faker':
    case 'choice':
    case 'constant':
      break
  }
  const reason = column.unique ? whyNotUnique(column, table) : null
  if (reason !== null) {
    throw reader
      .at('unique')
      .fail(
        `Column '${column.name}' cannot be unique: ${reason}.`,
        'a sequence, a template, a range or a text of Faker',
      )
  }
}

function checkKey(name: string, column: string, table: TableSpec, spec: GeneratorSpec, reader: YamlReader): void {
  const target = mustBeTable(name, spec, reader.at('table'))
  const found = target.columns.find((one) => one.name === column)
  if (!found) throw noColumn(reader.at('column'), target)
  const distinct = found.value.kind === 'sequence' || found.unique
  if (!distinct || found.nullRate > 0) {
    throw reader
      .at('column')
      .fail(`'${name}.${column}' does not name one row each.`, 'a sequence, or a column with unique: true and no nulls')
  }
  if (name === table.name && table.rows.kind !== 'fixed') {
    throw reader.at('table').fail('Only a table with a number of rows can point at itself.', 'rows: a number')
  }
}

function checkChildren(
  value: Extract<ColumnSpec['value'], { kind: 'sum' | 'count' }>,
  table: TableSpec,
  spec: GeneratorSpec,
  reader: YamlReader,
): void {
  const child = mustBeTable(value.table, spec, reader.at('table'))
  if (child.rows.kind === 'fixed' || child.rows.parent !== table.name) {
    throw reader.at('table').fail(`'${child.name}' is not counted per '${table.name}'.`, 'a table with rows: {per: …}')
  }
  if (value.kind === 'count') return
  for (const [index, name] of value.columns.entries()) {
    const found = child.columns.find((one) => one.name === name)
    const at = reader.at('columns').at(index)
    if (!found) throw noColumn(at, child)
    if (!isNumber(found, child, spec)) throw at.fail(`'${child.name}.${name}' holds no numbers.`, 'a column of numbers')
  }
}

/** Whether a column's clean values can be multiplied: choices and constants count by their text. */
function isNumber(column: ColumnSpec, table: TableSpec, spec: GeneratorSpec): boolean {
  const { value } = column
  const numeric = (one: unknown): boolean => one !== '' && one !== null && Number.isFinite(Number(one))
  switch (value.kind) {
    case 'choice':
      return value.values.every(numeric)
    case 'constant':
      return numeric(value.value)
    case 'choice_by':
      return [...value.choices.values(), ...(value.otherwise ? [value.otherwise] : [])].every((choice) =>
        choice.values.every(numeric),
      )
    case 'lookup': {
      const target = tableOf(spec, keyTarget(table, value.key) ?? '')
      const found = target?.columns.find((one) => one.name === value.column)
      // A circle of look-ups is refused elsewhere.
      return target === undefined || found === undefined || found === column || isNumber(found, target, spec)
    }
    case 'template':
    case 'date':
    case 'after':
      return false
    case 'sequence':
    case 'faker':
    case 'integer':
    case 'decimal':
    case 'foreign_key':
    case 'sum':
    case 'count':
      return true
  }
}

function mustBeDate(path: ColumnPath, table: TableSpec, spec: GeneratorSpec, reader: YamlReader): void {
  const found = followPath(path, table, spec, reader)
  if (found.value.kind !== 'date' && found.value.kind !== 'after' && found.value.kind !== 'lookup') {
    throw reader.fail(
      `'${path.column}' is no date.`,
      'a date column, or [foreign key column, date column of its table]',
    )
  }
}

function followPath(path: ColumnPath, table: TableSpec, spec: GeneratorSpec, reader: YamlReader): ColumnSpec {
  const target = path.key === null ? table : tableOf(spec, keyTarget(table, path.key) ?? '')
  if (!target) {
    throw reader.fail(
      `'${path.key}' of table '${table.name}' is not a foreign key column.`,
      'a foreign key column of the table, and a column of the table it points at',
    )
  }
  const found = target.columns.find((one) => one.name === path.column)
  if (!found) throw noColumn(reader, target, path.column)
  return found
}

function mustBeTable(name: string, spec: GeneratorSpec, reader: YamlReader): TableSpec {
  const found = tableOf(spec, name)
  if (found) return found
  const names = spec.tables.map((table) => table.name)
  const near = nearest(name, names)
  throw reader.fail(
    `The spec has no table '${name}'.`,
    `one of ${names.join(', ')}`,
    near ? `Did you mean '${near}'?` : undefined,
  )
}

function noColumn(reader: YamlReader, table: TableSpec, name = String(reader.value)): Error {
  const names = table.columns.map((column) => column.name)
  const near = nearest(name, names)
  return reader.fail(
    `Table '${table.name}' has no column '${name}'.`,
    `one of ${names.join(', ')}`,
    near ? `Did you mean '${near}'?` : undefined,
  )
}

/** Tables that hang on each other in a circle have no first row; columns that do have no value. */
function checkCycles(
  spec: GeneratorSpec,
  at: (table: string) => YamlReader,
  columnAt: (table: TableSpec, column: string) => YamlReader,
): void {
  const tables = findCycle(
    spec.tables.map((table) => table.name),
    (name) => tableDependencies(tableOf(spec, name) ?? neverTable(name)),
  )
  const [first = '', second = ''] = tables ?? []
  const table = tableOf(spec, first)
  if (tables && table) {
    const key = table.columns.find((column) => column.value.kind === 'foreign_key' && column.value.table === second)
    const place = key ? columnAt(table, key.name).at('foreign_key') : at(first).at('rows').at('per')
    throw place.fail(
      `The keys of tables go round in a circle: ${tables.join(' -> ')}.`,
      'tables that can be filled one after the other',
      'Leave one of the keys out, or fill it in a model.',
    )
  }
  const columns = new Map<string, { readonly owner: TableSpec; readonly column: ColumnSpec }>(
    spec.tables.flatMap((owner) =>
      owner.columns.map((column) => [`${owner.name}.${column.name}`, { owner, column }] as const),
    ),
  )
  const circle = findCycle([...columns.keys()], (id) => {
    const found = columns.get(id)
    return found ? columnDependencies(found.column, found.owner).map((one) => `${one.table}.${one.column}`) : []
  })
  const start = columns.get(circle?.[0] ?? '')
  if (circle && start) {
    throw columnAt(start.owner, start.column.name).fail(
      `Columns are computed from each other in a circle: ${circle.join(' -> ')}.`,
      'columns that can be computed one after the other',
    )
  }
}

function neverTable(name: string): never {
  throw new Error(`table ${name} was checked before`)
}
