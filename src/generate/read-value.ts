import type { Json } from '../core/index.ts'
import type { YamlReader } from '../yaml/index.ts'
import type { ColumnPath, NumberRange, RangeBy, ValueSpec, WeightedValues } from './spec.ts'

const DAY_MS = 86_400_000
const PRECISIONS = ['second', 'day'] as const

type Kind = ValueSpec['kind']
type ValueOf<K extends Kind> = Extract<ValueSpec, { kind: K }>

/** Reads the value of one kind: `reader` stands at the kind's own key, `column` at the column. */
const READERS: { readonly [K in Kind]: (reader: YamlReader, column: YamlReader) => ValueOf<K> } = {
  sequence: readSequence,
  faker: (reader, column) => ({
    kind: 'faker',
    method: reader.string(),
    args: column.has('args')
      ? column
          .at('args')
          .list()
          .map((item) => item.value as Json)
      : [],
    locale: column.has('locale') ? column.at('locale').string() : null,
  }),
  choice: (reader) => ({ kind: 'choice', ...readChoice(reader) }),
  choice_by: readChoiceBy,
  integer: readInteger,
  decimal: readDecimal,
  date: readDate,
  after: readAfter,
  foreign_key(reader) {
    reader.keys(['table', 'column', 'skew'])
    const table = reader.at('table').string()
    return { kind: 'foreign_key', table, column: reader.at('column').string(), skew: reader.at('skew').number(0, 0, 5) }
  },
  lookup(reader) {
    reader.keys(['key', 'column', 'factor'])
    const key = reader.at('key').string()
    const factor = reader.has('factor') ? readRange(reader.at('factor')) : null
    return { kind: 'lookup', key, column: reader.at('column').string(), factor }
  },
  sum(reader) {
    reader.keys(['table', 'columns'])
    const columns = reader
      .at('columns')
      .list()
      .map((item) => item.string())
    if (columns.length === 0) throw reader.at('columns').fail('Nothing is summed.', 'columns of the child table')
    return { kind: 'sum', table: reader.at('table').string(), columns }
  },
  count(reader) {
    reader.keys(['table'])
    return { kind: 'count', table: reader.at('table').string() }
  },
  template: (reader) => ({ kind: 'template', text: reader.string() }),
  constant(reader) {
    if (reader.value === undefined) throw reader.fail('A value is needed here.', 'a value')
    return { kind: 'constant', value: reader.value as Json }
  },
}

/** The keys of a column that say where its values come from. */
export const VALUE_KEYS = Object.keys(READERS) as readonly Kind[]

/** Throws T8001 at the line that is wrong. */
export function readValue(kind: Kind, column: YamlReader): ValueSpec {
  return READERS[kind](column.at(kind), column)
}

function readSequence(reader: YamlReader): ValueOf<'sequence'> {
  if (reader.value !== null && reader.value !== true) reader.keys(['start', 'step'])
  const step = reader.at('step').integer(1)
  if (step === 0) throw reader.at('step').fail('A sequence with step 0 stands still.', 'a whole number but 0')
  return { kind: 'sequence', start: reader.at('start').integer(1), step }
}

/** `{value: weight}`, a list of values, or a list of `{value, weight}`. */
function readChoice(reader: YamlReader): WeightedValues {
  const pairs = reader.isMapping
    ? reader.keys().map((key): readonly [Json, number] => [key, reader.at(key).number(undefined, 0)])
    : reader.list().map((item): readonly [Json, number] => {
        if (!item.isMapping) return [item.value as Json, 1]
        item.keys(['value', 'weight'])
        if (item.at('value').value === undefined) throw item.fail('A choice needs a value.', '{value, weight}')
        return [item.at('value').value as Json, item.at('weight').number(1, 0)]
      })
  const weights = pairs.map(([, weight]) => weight)
  if (!weights.some((weight) => weight > 0)) throw reader.fail('There is nothing to choose.', 'value: weight pairs')
  return { values: pairs.map(([value]) => value), weights }
}

function readChoiceBy(reader: YamlReader): ValueOf<'choice_by'> {
  reader.keys(['column', 'choices', 'otherwise'])
  const choices = reader.at('choices')
  return {
    kind: 'choice_by',
    column: reader.at('column').string(),
    choices: new Map(choices.keys().map((key) => [key, readChoice(choices.at(key))])),
    otherwise: reader.has('otherwise') ? readChoice(reader.at('otherwise')) : null,
  }
}

/** `[min, max]`, or `{range, by, ranges}`. */
function readInteger(reader: YamlReader): ValueOf<'integer'> {
  if (!reader.isMapping) return { kind: 'integer', range: readWholeRange(reader), by: null }
  reader.keys(['range', 'by', 'ranges'])
  return { kind: 'integer', range: readWholeRange(reader.at('range')), by: readBy(reader, readWholeRange) }
}

function readDecimal(reader: YamlReader): ValueOf<'decimal'> {
  reader.keys(['range', 'scale', 'by', 'ranges'])
  const range = readRange(reader.at('range'))
  return { kind: 'decimal', range, scale: reader.at('scale').integer(2, 0, 9), by: readBy(reader, readRange) }
}

function readBy(reader: YamlReader, read: (range: YamlReader) => NumberRange): RangeBy | null {
  if (!reader.has('by')) {
    if (reader.has('ranges')) throw reader.at('ranges').fail('Ranges of which column?', 'by: a column')
    return null
  }
  const ranges = reader.at('ranges')
  return {
    column: reader.at('by').string(),
    ranges: new Map(ranges.keys().map((key) => [key, read(ranges.at(key))])),
  }
}

function readRange(reader: YamlReader): NumberRange {
  const [min = 0, max = 0] = reader.numbers(2)
  if (min > max) throw reader.fail('The range is upside down.', '[min, max]')
  return [min, max]
}

function readWholeRange(reader: YamlReader): NumberRange {
  for (const item of reader.list()) item.integer()
  return readRange(reader)
}

function readDate(reader: YamlReader): ValueOf<'date'> {
  reader.keys(['from', 'to', 'trend', 'weekday', 'season', 'precision', 'after'])
  const fromMs = readDay(reader.at('from'))
  const toMs = readDay(reader.at('to')) + DAY_MS - 1
  if (fromMs > toMs) throw reader.fail('The range is upside down.', 'from before to')
  return {
    kind: 'date',
    date: {
      fromMs,
      toMs,
      trend: reader.at('trend').number(0, -1),
      weekday: readWeights(reader, 'weekday', 7),
      season: readWeights(reader, 'season', 12),
      precision: reader.at('precision').word(PRECISIONS, 'second'),
      after: reader.has('after') ? readPath(reader.at('after')) : null,
    },
  }
}

function readWeights(reader: YamlReader, key: string, count: number): readonly number[] | null {
  if (!reader.has(key)) return null
  const weights = reader.at(key).numbers(count, 0)
  if (!weights.some((weight) => weight > 0)) throw reader.at(key).fail('All weights are zero.', 'one above zero')
  return weights
}

function readAfter(reader: YamlReader): ValueOf<'after'> {
  reader.keys(['of', 'days', 'precision'])
  const [minDays, maxDays] = readRange(reader.at('days'))
  const precision = reader.at('precision').word(PRECISIONS, 'second')
  return { kind: 'after', of: readPath(reader.at('of')), minDays, maxDays, precision }
}

/** `column` of the same row, or `[key, column]`. */
function readPath(reader: YamlReader): ColumnPath {
  if (!Array.isArray(reader.value)) return { key: null, column: reader.string() }
  const [key = '', column = '', ...more] = reader.list().map((item) => item.string())
  if (column === '' || more.length > 0) throw reader.fail('This is no key and column.', 'column, or [key, column]')
  return { key, column }
}

function readDay(reader: YamlReader): number {
  const text = String(reader.value)
  const ms = Date.parse(`${text}T00:00:00Z`)
  // Date.parse takes 2023-02-30 for the second of March.
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== text) {
    throw reader.fail('This is no day.', 'a day as YYYY-MM-DD')
  }
  return ms
}
