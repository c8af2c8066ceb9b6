import type { ColumnInfo, JsonObject } from '../core/index.ts'
import { isRecord } from './native-render.ts'
import { type Entry, readConstraints } from './property-values.ts'

const COLUMN_FIELDS = new Set([
  'name',
  'description',
  'meta',
  'data_type',
  'constraints',
  'docs',
  'config',
  'data_tests',
  'tests',
  'quote',
  'tags',
  'granularity',
])

/** The `columns` of a properties entry as the manifest holds them, by name; a name written twice keeps its last entry. */
export function readColumns(columns: readonly Entry[]): Record<string, ColumnInfo> {
  const out: Record<string, ColumnInfo> = {}
  for (const column of columns) {
    const info = readColumn(column)
    out[info.name] = info
  }
  return out
}

function readColumn(column: Entry): ColumnInfo {
  const config = column.mapping('config')
  const meta = { ...column.mapping('meta'), ...(isRecord(config['meta']) ? config['meta'] : {}) } as JsonObject
  const tags = columnTags(column)
  const info: ColumnInfo = {
    name: column.name,
    description: column.text('description') ?? '',
    meta,
    data_type: column.text('data_type'),
    constraints: readConstraints(column, 'column'),
    quote: column.flag('quote'),
    config: { meta, tags: [...tags] },
    tags,
    granularity: column.text('granularity'),
    doc_blocks: [],
  }
  const extra = Object.keys(column.data).filter((key) => !COLUMN_FIELDS.has(key))
  return extra.length === 0
    ? info
    : Object.assign(info, Object.fromEntries(extra.map((key) => [key, column.data[key]])))
}

/** Tags of a column, of its own and of its `config`. */
export function columnTags(column: Entry): readonly string[] {
  const configured = column.mapping('config')['tags']
  const fromConfig =
    typeof configured === 'string' ? [configured] : Array.isArray(configured) ? configured.map(String) : []
  const own = column.texts('tags')
  return own.length + fromConfig.length === 0 ? [] : [...new Set([...own, ...fromConfig])]
}

/** The generic tests of an entry, as written; dbt reads the older `tests` as `data_tests`. */
export function testsOf(entry: Entry): readonly unknown[] {
  const older = entry.data['tests']
  const hasOlder = Array.isArray(older) && older.length > 0
  if (hasOlder && entry.has('data_tests')) {
    throw entry.problem('tests', "'tests' and 'data_tests' cannot both be there", older)
  }
  return hasOlder ? older : entry.list('data_tests')
}

/** Key under which the tests of an entry stand. */
export function testsKey(entry: Entry): 'tests' | 'data_tests' {
  return Array.isArray(entry.data['tests']) ? 'tests' : 'data_tests'
}
