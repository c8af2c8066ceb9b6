import { YamlReader } from '../yaml/index.ts'
import { checkSpec } from './check-spec.ts'
import { checkFaker, checkLocale } from './faker-methods.ts'
import { readValue, VALUE_KEYS } from './read-value.ts'
import type { RowCount, TableSpec } from './spec.ts'
import { type ColumnSpec, type DirtKind, type DirtSpec, type GeneratorSpec, OUTPUT_FORMATS } from './spec.ts'

const COLUMN_KEYS = ['name', 'type', 'args', 'locale', 'unique', 'nulls', 'hidden', 'dirt', ...VALUE_KEYS]
const DIRT_KINDS = ['null', 'values', 'negate', 'upper', 'pad', 'day_first'] as const

/**
 * The spec in a YAML text, checked: kinds, ranges, Faker methods (each is called once), names that point at other tables and
 * columns, cycles among them, values that cannot be unique. Throws T8001 (T1002 for broken YAML) with file, line, what was
 * found and what was expected. Tables may stand in any order.
 */
export function readGeneratorSpec(file: string, text: string): GeneratorSpec {
  const root = YamlReader.open(file, text, 'T8001')
  root.keys(['version', 'name', 'seed', 'schema', 'locale', 'output', 'tables'])
  const version = root.at('version').number(1)
  if (version !== 1) throw root.at('version').fail('Specs of this version are not known.', '1')
  const locale = root.at('locale').string('en')
  checkLocale(locale, root.at('locale'))
  const seed = root.at('seed').integer(1)
  const tableReaders = root.at('tables').list()
  if (tableReaders.length === 0) throw root.at('tables').fail('The spec has no table.', 'a list of tables')
  const spec: GeneratorSpec = {
    name: root.at('name').string('generated'),
    file,
    source: text,
    seed,
    schema: root.at('schema').string('raw'),
    locale,
    output: readOutput(root.at('output')),
    tables: tableReaders.map((reader) => readTable(reader, locale)),
  }
  if (spec.tables.every((table) => table.hidden)) throw root.at('tables').fail('No table is written.', 'one not hidden')
  checkSpec(spec, tableReaders)
  return spec
}

function readOutput(reader: YamlReader): GeneratorSpec['output'] {
  if (!reader.isMapping) return { format: reader.word(OUTPUT_FORMATS, 'target'), folder: 'data' }
  reader.keys(['format', 'folder'])
  return { format: reader.at('format').word(OUTPUT_FORMATS), folder: reader.at('folder').string('data') }
}

function readTable(reader: YamlReader, locale: string): TableSpec {
  reader.keys(['name', 'rows', 'columns', 'duplicates', 'by_day', 'hidden'])
  const readers = reader.at('columns').list()
  const columns = readers.map((column) => readColumn(column, locale))
  const seen = new Set<string>()
  for (const [index, column] of columns.entries()) {
    if (seen.has(column.name)) {
      throw (readers[index] ?? reader).at('name').fail(`Column '${column.name}' is there twice.`, 'names of their own')
    }
    seen.add(column.name)
  }
  if (!columns.some((column) => !column.hidden)) {
    throw reader.at('columns').fail('No column is written.', 'a column that is not hidden')
  }
  return {
    name: reader.at('name').string(),
    rows: readRows(reader.at('rows')),
    columns,
    duplicateRate: reader.at('duplicates').number(0, 0, 1),
    byDay: reader.has('by_day') ? reader.at('by_day').string() : null,
    hidden: reader.at('hidden').boolean(false),
    location: reader.location,
  }
}

function readRows(reader: YamlReader): RowCount {
  if (!reader.isMapping) return { kind: 'fixed', count: reader.integer(undefined, 1), scaled: true }
  if (reader.has('count')) {
    reader.keys(['count', 'scale'])
    return { kind: 'fixed', count: reader.at('count').integer(undefined, 1), scaled: reader.at('scale').boolean(true) }
  }
  reader.keys(['per', 'min', 'weights', 'total'])
  const parent = reader.at('per').string()
  const min = reader.at('min').integer(1, 0)
  if (reader.has('total') === reader.has('weights')) {
    throw reader.fail(
      'Rows per parent need either weights or a total.',
      '{per, min, weights: […]} or {per, min, total}',
    )
  }
  if (reader.has('total')) return { kind: 'shared', parent, min, total: reader.at('total').integer(undefined, 1) }
  const weights = reader.at('weights').numbers(undefined, 0)
  if (!weights.some((weight) => weight > 0)) throw reader.at('weights').fail('All weights are zero.', 'one above zero')
  return { kind: 'per', parent, min, weights }
}

function readColumn(reader: YamlReader, locale: string): ColumnSpec {
  reader.keys(COLUMN_KEYS)
  const kinds = VALUE_KEYS.filter((key) => reader.has(key))
  const kind = kinds[0]
  if (kind === undefined || kinds.length > 1) {
    throw reader.fail('A column needs exactly one source of values.', `one of ${VALUE_KEYS.join(', ')}`)
  }
  for (const key of ['args', 'locale'] as const) {
    if (kind !== 'faker' && reader.has(key)) throw reader.at(key).fail(`'${key}' goes with faker.`, 'a faker column')
  }
  const value = readValue(kind, reader)
  const unique = reader.at('unique').boolean(false)
  if (value.kind === 'faker') {
    if (value.locale !== null) checkLocale(value.locale, reader.at('locale'))
    const sample = checkFaker(value, locale, reader)
    if (unique && typeof sample !== 'string') {
      throw reader
        .at('unique')
        .fail('Only texts of Faker can be made unique.', 'a method that gives text; or sequence, integer, decimal')
    }
  }
  const dirt = reader.has('dirt') ? reader.at('dirt').list().map(readDirt) : []
  if (dirt.reduce((sum, one) => sum + one.rate, 0) > 1) {
    throw reader.at('dirt').fail('The rates of a column add up to more than 1.', 'rates of 1 together at most')
  }
  return {
    name: reader.at('name').string(),
    type: reader.at('type').string(),
    value,
    unique,
    nullRate: reader.at('nulls').number(0, 0, 1),
    dirt,
    hidden: reader.at('hidden').boolean(false),
    location: reader.location,
  }
}

function readDirt(reader: YamlReader): DirtSpec {
  reader.keys(['rate', 'make', 'values'])
  const rate = reader.at('rate').number(undefined, 0, 1)
  const make = reader.at('make').word(DIRT_KINDS, reader.has('values') ? 'values' : undefined)
  const kind: DirtKind =
    make === 'values' ? { kind: make, values: readDirtValues(reader.at('values')) } : { kind: make }
  return { rate, make: kind }
}

function readDirtValues(reader: YamlReader): readonly (string | number | boolean | null)[] {
  const values = reader.list().map((item) => {
    const { value } = item
    if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      return value
    throw item.fail('This is no value of a cell.', 'a text, a number, true, false or null')
  })
  if (values.length === 0) throw reader.fail('The list is empty.', 'values')
  return values
}
