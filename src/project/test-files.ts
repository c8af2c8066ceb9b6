import { nearest, TdbtError } from '../core/index.ts'
import type { NodeDraft } from './drafts.ts'
import { isRecord } from './native-render.ts'
import type { PatchLookups } from './node-patches.ts'
import type { Parsing, PropertiesFile } from './parsing.ts'
import { Entry } from './property-values.ts'
import type { SourceCollection } from './source-nodes.ts'
import { parseTests, type Tested } from './test-nodes.ts'

/** Key of a file of declarative data tests. */
const TEST_FILE_KEY = 'tests'

const NAMING_KEYS = ['model', 'seed', 'snapshot', 'source'] as const

/**
 * tdbt's own form of data tests, apart from the models' properties:
 *
 *     tests:
 *       - model: fact_sales            # or seed:, snapshot:, source: raw.orders; version: 2 for a versioned model
 *         tests: [{not_empty: {}}]
 *         columns:
 *           - name: amount
 *             tests: [not_null]
 *
 * Each item yields the same generic test nodes as `data_tests` of the model would.
 */
export function parseTestFile(
  parsing: Parsing,
  properties: PropertiesFile,
  lookups: PatchLookups,
  sources: SourceCollection,
): void {
  const { yaml } = properties
  const file = new Entry(yaml.value as Record<string, unknown>, yaml, [])
  for (const entry of file.entries(TEST_FILE_KEY)) {
    parsing.builder.attempt(() => {
      const key = NAMING_KEYS.find((name) => entry.has(name))
      if (key === undefined) {
        throw new TdbtError('T1004', 'A tests item must name what it tests', {
          location: yaml.locate(entry.path),
          source: yaml.source,
          expected: 'model, seed, snapshot or source',
        })
      }
      const name = entry.text(key) ?? ''
      const tested =
        key === 'source'
          ? testedSource(properties, entry, name, sources)
          : testedNode(properties, entry, key, name, lookups)
      const named = { ...entry.data, name }
      const withName = new Entry(named, yaml, entry.path)
      parseTests(parsing, tested, withName, withName.entries('columns'))
    })
  }
}

function testedNode(
  properties: PropertiesFile,
  entry: Entry,
  key: 'model' | 'seed' | 'snapshot',
  name: string,
  lookups: PatchLookups,
): Tested {
  const packageName = properties.scope.config.name
  const written = entry.data['version']
  const version = typeof written === 'string' || typeof written === 'number' ? written : null
  const node = lookups.refs.find(name, packageName, version) ?? lookups.refs.find(name, null, version)
  const disabled = lookups.disabled.find(name, null, { version })[0] as NodeDraft | undefined
  if (!node && !disabled) {
    const near = nearest(name, lookups.refs.names())
    throw new TdbtError('T3001', `There is no ${key} '${name}' to test`, {
      location: entry.yaml.locate([...entry.path, key]),
      source: entry.yaml.source,
      found: name,
      hint: near === undefined ? undefined : `Did you mean '${near}'?`,
    })
  }
  return {
    properties,
    target: {
      kind: key === 'model' ? 'model' : 'node',
      name,
      source: null,
      version,
    },
    fileKeyName: `tests.${name}`,
    attached: node ?? disabled,
    quoteColumns: entry.flag('quote_columns') === true,
    tags: entry.texts('tags'),
  }
}

function testedSource(properties: PropertiesFile, entry: Entry, name: string, sources: SourceCollection): Tested {
  const [source, table] = name.split('.')
  const known = [...sources.pending.values()].map((item) => `${item.source.entry.name}.${item.table.name}`)
  if (source === undefined || table === undefined || !known.includes(name)) {
    const near = nearest(name, known)
    throw new TdbtError('T3001', `There is no source table '${name}' to test`, {
      location: entry.yaml.locate([...entry.path, 'source']),
      source: entry.yaml.source,
      expected: 'source: <source>.<table>',
      hint: near === undefined ? undefined : `Did you mean '${near}'?`,
    })
  }
  return {
    properties,
    target: {
      kind: 'source',
      name: `${source}_${table}`,
      source: [source, table],
      version: null,
    },
    fileKeyName: `tests.${name}`,
    attached: undefined,
    quoteColumns: entry.flag('quote_columns') === true,
    tags: entry.texts('tags'),
  }
}

/** True when the file holds declarative tests: it lies under a test path and has a list `tests`. */
export function isTestFile(properties: PropertiesFile): boolean {
  const { scope, file, yaml } = properties
  const isTestPath = scope.config.testPaths.some((path) => path.replace(/\/+$/, '') === file.searchedPath)
  return isTestPath && isRecord(yaml.value) && Array.isArray(yaml.value[TEST_FILE_KEY])
}
