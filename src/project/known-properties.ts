import { nearest, TdbtError } from '../core/index.ts'
import { isRecord, type KeyPath } from './native-render.ts'
import type { PropertiesFile } from './parsing.ts'

const SHARED = ['name', 'description', 'config', 'meta', 'docs', 'tags']
const NODE = [
  ...SHARED,
  'columns',
  'data_tests',
  'tests',
  'group',
  'access',
  'quote_columns',
  'data_type',
  'constraints',
]
const COLUMN = [...SHARED, 'data_type', 'data_tests', 'tests', 'quote', 'constraints', 'granularity']
const TABLE = ['identifier', 'loaded_at_field', 'loaded_at_query', 'quoting', 'freshness', 'external', 'loader', 'load']

/** Keys of the entries of each list; lists that are not here are not looked at. */
const ENTRY_KEYS: Readonly<Record<string, readonly string[]>> = {
  models: [...NODE, 'contract', 'versions', 'latest_version', 'deprecation_date', 'time_spine'],
  seeds: NODE,
  snapshots: [...NODE, 'relation'],
  sources: [...SHARED, ...TABLE, 'database', 'schema', 'tables', 'overrides', 'dbname'],
  exposures: [...SHARED, 'type', 'url', 'maturity', 'owner', 'depends_on', 'label', 'enabled', 'export'],
  unit_tests: [...SHARED, 'model', 'given', 'expect', 'overrides', 'versions'],
}

const FILE_KEYS = [
  ...Object.keys(ENTRY_KEYS),
  'version',
  'analyses',
  'macros',
  'groups',
  'metrics',
  'semantic_models',
  'saved_queries',
  'data_tests',
  'tests',
  'functions',
  'anchors',
]

/**
 * A warning (T1008) for each key of a properties file that is near to a known one and not itself known: `colums`, `descripton`.
 * dbt takes any key there, so that a slip of the pen takes a model's tests away without a word.
 */
export function unknownProperties(properties: PropertiesFile): readonly TdbtError[] {
  const { yaml } = properties
  const warnings: TdbtError[] = []
  const check = (value: unknown, known: readonly string[], path: KeyPath) => {
    if (!isRecord(value)) return
    for (const key of Object.keys(value)) {
      if (known.includes(key) || key.length < 3) continue
      const near = nearest(key, known)
      if (near === undefined) continue
      warnings.push(
        new TdbtError('T1008', `'${key}' is not a property that dbt knows here`, {
          location: yaml.locate([...path, key]),
          source: yaml.source,
          found: key,
          hint: `Did you mean '${near}'?`,
        }),
      )
    }
  }
  const items = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
  const file = yaml.value as Readonly<Record<string, unknown>>
  check(file, FILE_KEYS, [])
  for (const [list, known] of Object.entries(ENTRY_KEYS)) {
    for (const [index, entry] of items(file[list]).entries()) {
      if (!isRecord(entry)) continue
      check(entry, known, [list, index])
      for (const [at, column] of items(entry['columns']).entries()) check(column, COLUMN, [list, index, 'columns', at])
      for (const [at, table] of items(entry['tables']).entries()) {
        check(table, [...NODE, ...TABLE], [list, index, 'tables', at])
      }
    }
  }
  return warnings
}
