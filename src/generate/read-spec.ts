import type { Json } from '../core/index.ts'
import { YamlReader } from '../yaml/index.ts'
import type { ColumnSpec, DirtKind, DirtSpec, GeneratorSpec, RowCount, TableSpec, ValueSpec } from './spec.ts'

const DAY_MS = 86_400_000
const VALUE_KEYS = [
  'sequence',
  'faker',
  'choice',
  'integer',
  'decimal',
  'date',
  'foreign_key',
  'lookup',
  'sum',
  'template',
  'constant',
] as const
const COLUMN_KEYS = ['name', 'type', 'args', 'unique', 'dirt', ...VALUE_KEYS]

/**
 * The spec in a YAML text, checked: kinds, ranges, names that point at other tables and columns, the order of tables (a table
 * comes after those it points at). Throws T8001 (T1002 for broken YAML) with file, line and what was expected.
 */
export function readGeneratorSpec(file: string, text: string): GeneratorSpec {
  const root = YamlReader.open(file, text, 'T8001')
  root.keys(['version', 'name', 'seed', 'schema', 'locale', 'tables'])
  const tableReaders = root.at('tables').list()
  const tables = tableReaders.map(readTable)
  const names = new Set<string>()
  for (const [index, table] of tables.entries()) {
    const reader = tableReaders[index] ?? root
    if (names.has(table.name))
      throw reader.at('name').fail(`Table '${table.name}' is there twice.`, 'a name of its own')
    checkTable(table, tables, names, reader)
    names.add(table.name)
  }
  return {
    name: root.at('name').string('generated'),
    seed: root.at('seed').number(1),
    schema: root.at('schema').string('raw'),
    locale: root.at('locale').string('en'),
    tables,
  }
}

function readTable(reader: YamlReader): TableSpec {
  reader.keys(['name', 'rows', 'columns', 'duplicates'])
  const columns = reader.at('columns').list().map(readColumn)
  const seen = new Set<string>()
  for (const column of columns) {
    if (seen.has(column.name))
      throw reader.at('columns').fail(`Column '${column.name}' is there twice.`, 'names of their own')
    seen.add(column.name)
  }
  return {
    name: reader.at('name').string(),
    rows: readRows(reader.at('rows')),
    columns,
    duplicateRate: reader.at('duplicates').number(0, 0, 1),
    line: reader.location.line,
  }
}

function readRows(reader: YamlReader): RowCount {
  if (!reader.isMapping) return { kind: 'fixed', count: reader.number(undefined, 1) }
  reader.keys(['per', 'min', 'weights'])
  return {
    kind: 'per',
    parent: reader.at('per').string(),
    min: reader.at('min').number(1, 0),
    weights: reader.at('weights').numbers(),
  }
}

function readColumn(reader: YamlReader): ColumnSpec {
  reader.keys(COLUMN_KEYS)
  const kinds = VALUE_KEYS.filter((key) => reader.has(key))
  const kind = kinds[0]
  if (kind === undefined || kinds.length > 1) {
    throw reader.fail('A column needs exactly one source of values.', `one of ${VALUE_KEYS.join(', ')}`)
  }
  const value = readValue(kind, reader)
  const dirt = reader.has('dirt') ? reader.at('dirt').list().map(readDirt) : []
  if (dirt.reduce((sum, one) => sum + one.rate, 0) > 1) {
    throw reader.at('dirt').fail('The rates of a column add up to more than 1.', 'rates of 1 together at most')
  }
  return {
    name: reader.at('name').string(),
    type: reader.at('type').string(),
    value,
    unique: reader.at('unique').value === true,
    dirt,
    line: reader.location.line,
  }
}

function readValue(kind: (typeof VALUE_KEYS)[number], column: YamlReader): ValueSpec {
  const reader = column.at(kind)
  switch (kind) {
    case 'sequence':
      if (reader.isMapping) reader.keys(['start', 'step'])
      return { kind, start: reader.at('start').number(1), step: reader.at('step').number(1) }
    case 'faker': {
      const args = column.has('args') ? column.at('args') : undefined
      return { kind, method: reader.string(), args: args ? args.list().map((item) => item.value as Json) : [] }
    }
    case 'choice': {
      const keys = reader.keys()
      const weights = keys.map((key) => reader.at(key).number(undefined, 0))
      if (!weights.some((weight) => weight > 0)) throw reader.fail('All weights are zero.', 'value: weight pairs')
      return { kind, values: keys, weights }
    }
    case 'integer': {
      const [min = 0, max = 0] = reader.numbers(2)
      if (min > max) throw reader.fail('The range is upside down.', '[min, max]')
      return { kind, min, max }
    }
    case 'decimal': {
      reader.keys(['range', 'scale', 'by', 'ranges'])
      const [min = 0, max = 0] = reader.at('range').numbers(2)
      const by = reader.has('by')
        ? {
            column: reader.at('by').string(),
            ranges: new Map(
              reader
                .at('ranges')
                .keys()
                .map((key) => {
                  const [low = 0, high = 0] = reader.at('ranges').at(key).numbers(2)
                  return [key, [low, high] as const] as const
                }),
            ),
          }
        : null
      return { kind, range: [min, max], scale: reader.at('scale').number(2, 0, 9), by }
    }
    case 'date': {
      reader.keys(['from', 'to', 'trend', 'weekday', 'season', 'precision', 'after'])
      const fromMs = readDay(reader.at('from'))
      const toMs = readDay(reader.at('to'))
      if (fromMs > toMs) throw reader.fail('The range is upside down.', 'from before to')
      const after = reader.has('after')
        ? reader
            .at('after')
            .list()
            .map((item) => item.string())
        : null
      return {
        kind,
        date: {
          fromMs,
          toMs: toMs + DAY_MS - 1,
          trend: reader.at('trend').number(0, -1),
          weekday: reader.has('weekday') ? reader.at('weekday').numbers(7) : null,
          season: reader.has('season') ? reader.at('season').numbers(12) : null,
          precision: reader.at('precision').value === 'day' ? 'day' : 'second',
          after: after ? [after[0] ?? '', after[1] ?? ''] : null,
        },
      }
    }
    case 'foreign_key':
      reader.keys(['table', 'column', 'skew'])
      return {
        kind,
        table: reader.at('table').string(),
        column: reader.at('column').string(),
        skew: reader.at('skew').number(0, 0, 5),
      }
    case 'lookup': {
      reader.keys(['key', 'column', 'factor'])
      const factor = reader.has('factor') ? reader.at('factor').numbers(2) : null
      return {
        kind,
        key: reader.at('key').string(),
        column: reader.at('column').string(),
        factor: factor ? [factor[0] ?? 1, factor[1] ?? 1] : null,
      }
    }
    case 'sum':
      reader.keys(['table', 'columns'])
      return {
        kind,
        table: reader.at('table').string(),
        columns: reader
          .at('columns')
          .list()
          .map((item) => item.string()),
      }
    case 'template':
      return { kind, text: reader.string() }
    case 'constant':
      return { kind, value: reader.value as Json }
  }
}

function readDay(reader: YamlReader): number {
  const ms = Date.parse(`${String(reader.value)}T00:00:00Z`)
  if (Number.isNaN(ms)) throw reader.fail('This is no day.', 'a day as YYYY-MM-DD')
  return ms
}

function readDirt(reader: YamlReader): DirtSpec {
  reader.keys(['rate', 'make', 'values'])
  const rate = reader.at('rate').number(undefined, 0, 1)
  const make = reader.at('make').string(reader.has('values') ? 'values' : undefined)
  const kinds = ['null', 'values', 'negate', 'upper', 'pad', 'day_first']
  if (!kinds.includes(make)) throw reader.at('make').fail(`No such dirt: '${make}'.`, `one of ${kinds.join(', ')}`)
  const kind: DirtKind =
    make === 'values'
      ? {
          kind: 'values',
          values: reader
            .at('values')
            .list()
            .map((item) => item.value as Json),
        }
      : { kind: make as Exclude<DirtKind['kind'], 'values'> }
  return { rate, make: kind }
}

/** What a table points at must be there: earlier tables for keys and parents, columns of the right table for look-ups and sums. */
function checkTable(
  table: TableSpec,
  all: readonly TableSpec[],
  earlier: ReadonlySet<string>,
  reader: YamlReader,
): void {
  const find = (name: string): TableSpec | undefined => all.find((candidate) => candidate.name === name)
  const hasColumn = (of: TableSpec | undefined, name: string): boolean =>
    of?.columns.some((column) => column.name === name) ?? false
  if (table.rows.kind === 'per' && !earlier.has(table.rows.parent)) {
    throw reader
      .at('rows')
      .at('per')
      .fail('The parent table must come earlier in the file.', [...earlier].join(', '))
  }
  const keyTable = (key: string): TableSpec | undefined => {
    const value = table.columns.find((column) => column.name === key)?.value
    return value?.kind === 'foreign_key' ? find(value.table) : undefined
  }
  for (const [index, column] of table.columns.entries()) {
    const at = reader.at('columns').at(index)
    const { value } = column
    if (value.kind === 'foreign_key') {
      if (!earlier.has(value.table)) {
        throw at
          .at('foreign_key')
          .fail('A key must point at an earlier table.', [...earlier].join(', ') || 'an earlier table')
      }
      if (!hasColumn(find(value.table), value.column)) {
        throw at.at('foreign_key').fail(`Table '${value.table}' has no column '${value.column}'.`, 'a column of it')
      }
    }
    if (value.kind === 'lookup' && !hasColumn(keyTable(value.key), value.column)) {
      throw at
        .at('lookup')
        .fail('A look-up needs a foreign key column and a column of the table it points at.', 'key, column')
    }
    if (value.kind === 'date' && value.date.after && !hasColumn(keyTable(value.date.after[0]), value.date.after[1])) {
      throw at.at('date').at('after').fail('This is no key and column.', '[foreign key column, column of its table]')
    }
    if (value.kind === 'decimal' && value.by && !hasColumn(table, value.by.column)) {
      throw at.at('decimal').at('by').fail('The table has no such column.', 'a column of the same table')
    }
    if (value.kind === 'sum') {
      const child = find(value.table)
      if (child?.rows.kind !== 'per' || child.rows.parent !== table.name) {
        throw at.at('sum').fail(`'${value.table}' is not counted per '${table.name}'.`, 'a table with rows: {per: …}')
      }
      if (!value.columns.every((name) => hasColumn(child, name))) {
        throw at.at('sum').at('columns').fail(`Table '${child.name}' lacks one of these.`, 'columns of it')
      }
    }
  }
}
