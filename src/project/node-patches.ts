import { type ColumnInfo, type Constraint, type JsonObject, nearest, TdbtError } from '../core/index.ts'
import { readColumns, testsOf } from './columns.ts'
import { contractChecksum } from './contract-checksum.ts'
import type { NodeDraft, NodeVersion } from './drafts.ts'
import type { DisabledLookup, RefLookup } from './lookups.ts'
import { latestVersion, type ModelVersion, readVersions } from './model-versions.ts'
import { isRecord } from './native-render.ts'
import { accessOf, applyConfig } from './node-config.ts'
import { ParseCapture } from './parse-capture.ts'
import { fileId, type Parsing, type PropertiesFile } from './parsing.ts'
import { type Entry, readConstraints } from './property-values.ts'
import type { RawEntry } from './schema-render.ts'
import { renderHooks } from './sql-nodes.ts'
import { readStaticReference } from './static-reference.ts'
import { parseTests, type Tested } from './test-nodes.ts'

/** Names of nodes while properties files are read. `refresh` is called after a node changed its name. */
export interface PatchLookups {
  refs: RefLookup
  disabled: DisabledLookup
  refresh(): void
}

interface NodePatch {
  readonly entry: Entry
  readonly config: Readonly<Record<string, unknown>>
  readonly rawConfig: Readonly<Record<string, unknown>>
  readonly description: string
  readonly columns: Record<string, ColumnInfo>
  readonly access: string | null
  readonly constraints: Constraint[]
  readonly version: NodeVersion | null
  readonly latestVersion: NodeVersion | null
  readonly deprecationDate: string | null
  readonly timeSpine: JsonObject | null
}

/** Keys that may stand beside `config` and mean the same as in it. */
const CONFIG_SYNONYMS = ['meta', 'docs', 'group', 'contract', 'access'] as const

type PatchedKey = 'models' | 'seeds' | 'snapshots' | 'analyses' | 'functions'
const KIND_OF = {
  models: 'model',
  seeds: 'seed',
  snapshots: 'snapshot',
  analyses: 'analysis',
  functions: 'function',
} as const

/** Applies one entry of models, seeds, snapshots, analyses or functions to its node, and makes its tests. */
export function patchNode(
  parsing: Parsing,
  properties: PropertiesFile,
  key: PatchedKey,
  raw: RawEntry,
  lookups: PatchLookups,
): void {
  const { entry } = raw
  const versions = key === 'models' ? readVersions(entry) : []
  if (versions.length > 0) {
    patchVersions(parsing, properties, raw, versions, lookups)
    return
  }
  const columns = entry.entries('columns')
  const patch: NodePatch = {
    entry,
    config: configOf(entry),
    rawConfig: isRecord(raw.raw['config']) ? raw.raw['config'] : {},
    description: entry.text('description') ?? '',
    columns: readColumns(columns),
    access: entry.text('access'),
    constraints: key === 'models' ? readConstraints(entry, 'model') : [],
    version: null,
    latestVersion: null,
    deprecationDate: dateOf(entry),
    timeSpine: timeSpineOf(entry),
  }
  const nodes = findNodes(parsing, properties, key, entry, patch, lookups)
  for (const node of nodes) applyPatch(parsing, properties, node, patch)
  if (key === 'analyses' || key === 'functions') return
  parseTests(parsing, testedNode(parsing, properties, key, entry, null, lookups), entry, columns)
}

function findNodes(
  parsing: Parsing,
  properties: PropertiesFile,
  key: PatchedKey,
  entry: Entry,
  patch: NodePatch,
  lookups: PatchLookups,
): readonly NodeDraft[] {
  const { builder } = parsing
  const packageName = properties.scope.config.name
  const kind = KIND_OF[key]
  if (key === 'analyses' || key === 'functions') {
    const id = `${kind}.${packageName}.${entry.name}`
    const node = builder.nodes.get(id) ?? builder.functions.get(id)
    if (node) return [node]
  } else {
    const node = lookups.refs.find(entry.name, packageName, null) ?? lookups.refs.find(entry.name, null, null)
    if (node && node.resource_type !== kind) {
      builder.warnings.push(
        entry.problem(
          'name',
          `'${entry.name}' is a ${node.resource_type}, but its properties stand under '${key}'`,
          entry.name,
        ),
      )
      return []
    }
    if (node) return [node]
  }
  const disabled = lookups.disabled.find(entry.name, packageName, { kinds: [kind] }) as readonly NodeDraft[]
  if (disabled.length > 1 && patch.config['enabled'] === true) {
    throw entry.problem(
      'config',
      `${disabled.length} disabled ${key} are named '${entry.name}': a properties file cannot tell which to enable`,
      true,
    )
  }
  if (disabled.length === 0) {
    builder.warnings.push(
      new TdbtError('T1016', `There is no ${kind} '${entry.name}' for these properties`, {
        location: entry.yaml.locate([...entry.path, 'name']),
        source: entry.yaml.source,
        found: entry.name,
        hint: nearestHint(parsing, entry.name, kind),
      }),
    )
  }
  return disabled
}

function nearestHint(parsing: Parsing, name: string, kind: string): string | undefined {
  const names: string[] = []
  for (const node of parsing.builder.nodes.values()) if (node.resource_type === kind) names.push(node.name)
  const near = nearest(name, names)
  return near === undefined ? undefined : `Did you mean '${near}'?`
}

function applyPatch(
  parsing: Parsing,
  properties: PropertiesFile,
  node: NodeDraft,
  patch: NodePatch,
  isRenamed = false,
): void {
  const { builder } = parsing
  if (node.patch_path !== null && !isDisabled(parsing, node)) {
    throw new TdbtError('T1007', `'${patch.entry.name}' has properties in two places`, {
      location: patch.entry.yaml.locate(patch.entry.path),
      source: patch.entry.yaml.source,
      found: `${node.patch_path.split('://')[1] ?? ''} and ${properties.file.originalPath}`,
      hint: 'Join the two entries.',
    })
  }
  const place = builder.placeOf(node)
  if (isRenamed || Object.keys(patch.config).length > 0) {
    const calls = node.config_call_dict as Record<string, unknown>
    try {
      applyConfig(parsing, node, calls, patch.config, patch.rawConfig)
    } catch (error) {
      throw withPlace(error, patch.entry, node)
    }
    if (place && node.resource_type !== 'test') renderHooks(parsing, node, new ParseCapture(node), place.location())
  }
  node.patch_path = fileId(properties.scope.config.name, properties.file.originalPath)
  node.description = patch.description
  const { yaml, path } = patch.entry
  builder.setDescriptionPlace(node, { location: () => yaml.locate([...path, 'description']), source: yaml.source })
  node.columns = patch.columns
  node.name = patch.entry.name
  if (node.resource_type === 'function') {
    node.arguments = patch.entry.entries('arguments').map((argument) => ({
      name: argument.name,
      data_type: argument.text('data_type') ?? '',
      description: argument.text('description'),
      default_value: (argument.data['default_value'] ?? null) as JsonObject | null,
    }))
    const returns = patch.entry.mapping('returns')
    node.returns = {
      data_type: String(returns['data_type'] ?? ''),
      description: (returns['description'] as string | undefined) ?? null,
    }
  }
  if (node.resource_type === 'model') patchModel(node, patch)
}

function patchModel(node: NodeDraft, patch: NodePatch): void {
  node.version = patch.version
  node.latest_version = patch.latestVersion
  node.deprecation_date = patch.deprecationDate
  if (patch.access !== null) node.access = accessOf(patch.access)
  applyConstraints(node, patch)
  node.time_spine = patch.timeSpine
  if (node.contract) node.contract.checksum ??= contractChecksum(node)
}

function applyConstraints(node: NodeDraft, patch: NodePatch): void {
  const { entry } = patch
  if (node.contract?.enforced === true && Object.keys(node.columns).length === 0) {
    throw entry.problem('columns', `The contract of '${node.name}' is enforced, but no columns are listed`, null)
  }
  const keyColumns = Object.values(node.columns).filter((column) =>
    column.constraints.some((c) => c.type === 'primary_key'),
  )
  if (keyColumns.length > 1) {
    throw entry.problem(
      'columns',
      `Several columns of '${node.name}' have a primary key constraint: write it on the model`,
      keyColumns.map((column) => column.name),
    )
  }
  if (keyColumns.length > 0 && patch.constraints.some((constraint) => constraint.type === 'primary_key')) {
    throw entry.problem(
      'constraints',
      `'${node.name}' has a primary key both on the model and on a column`,
      'primary_key',
    )
  }
  node.constraints = patch.constraints
  for (const constraint of [
    ...patch.constraints,
    ...Object.values(node.columns).flatMap((column) => column.constraints),
  ]) {
    if (constraint.type !== 'foreign_key' || !constraint.to) continue
    const reference = readStaticReference(constraint.to)
    if (reference.kind === 'ref') node.refs?.push(reference.ref)
    else node.sources?.push(reference.source)
  }
}

function patchVersions(
  parsing: Parsing,
  properties: PropertiesFile,
  raw: RawEntry,
  versions: readonly ModelVersion[],
  lookups: PatchLookups,
): void {
  const { entry } = raw
  const { builder } = parsing
  const packageName = properties.scope.config.name
  const latest = latestVersion(entry, versions)
  const baseConfig = configOf(entry)
  for (const version of versions) {
    const suffix = `v${String(version.v)}`
    const fileName = version.entry.text('defined_in') ?? `${entry.name}_${suffix}`
    const found =
      lookups.refs.find(fileName, packageName, null) ??
      (version.v === latest ? lookups.refs.find(entry.name, packageName, null) : undefined)
    const node = found ?? (lookups.disabled.find(fileName, null, { kinds: ['model'] })[0] as NodeDraft | undefined)
    if (!node) {
      builder.warnings.push(
        new TdbtError('T1016', `There is no model '${fileName}' for version ${String(version.v)} of '${entry.name}'`, {
          location: version.entry.yaml.locate(version.entry.path),
          source: version.entry.yaml.source,
          expected: `a file ${fileName}.sql, or defined_in: <name of the file>`,
        }),
      )
      continue
    }
    // The node gets a new id: it leaves under the old one and comes back under the new.
    const id = `model.${packageName}.${entry.name}.${suffix}`
    if (found) builder.nodes.delete(node.unique_id)
    else builder.disabled.delete(node.unique_id)
    node.unique_id = id
    node.fqn[node.fqn.length - 1] = entry.name
    node.fqn.push(suffix)
    if (found) builder.claim(builder.nodes, node)
    else builder.addDisabled(node)

    const versionConfig = version.entry.mapping('config')
    const rawVersions = raw.raw['versions']
    const rawVersion: unknown = Array.isArray(rawVersions) ? rawVersions[versions.indexOf(version)] : undefined
    const patch: NodePatch = {
      entry,
      config: deepMerge(baseConfig, versionConfig),
      rawConfig: deepMerge(
        isRecord(raw.raw['config']) ? raw.raw['config'] : {},
        isRecord(rawVersion) && isRecord(rawVersion['config']) ? rawVersion['config'] : {},
      ),
      description: version.entry.text('description') || (entry.text('description') ?? ''),
      columns: readColumns(version.columns),
      access: version.entry.text('access') ?? entry.text('access'),
      constraints:
        version.entry.list('constraints').length > 0
          ? readConstraints(version.entry, 'model')
          : readConstraints(entry, 'model'),
      version: version.v,
      latestVersion: latest,
      deprecationDate: dateOf(version.entry),
      timeSpine: null,
    }
    // Names depend on the version (alias customers_v2), so the node knows it before its config is worked out.
    node.name = entry.name
    node.version = version.v
    node.latest_version = latest
    applyPatch(parsing, properties, node, patch, true)
    lookups.refresh()
  }
  for (const version of versions) {
    const own = testsOfVersion(entry, version)
    const target = testedNode(parsing, properties, 'models', entry, version.v, lookups)
    parseTests(parsing, target, version.entry, version.columns, own)
  }
}

function testsOfVersion(model: Entry, version: ModelVersion): readonly unknown[] {
  return version.entry.has('data_tests') || version.entry.has('tests') ? testsOf(version.entry) : testsOf(model)
}

function testedNode(
  parsing: Parsing,
  properties: PropertiesFile,
  key: string,
  entry: Entry,
  version: NodeVersion | null,
  lookups: PatchLookups,
): Tested {
  const name = entry.name
  const packageName = properties.scope.config.name
  const attached =
    lookups.refs.find(name, packageName, version) ?? (lookups.disabled.find(name, null)[0] as NodeDraft | undefined)
  const known =
    attached && (parsing.builder.nodes.has(attached.unique_id) || parsing.builder.disabled.has(attached.unique_id))
  return {
    properties,
    target: {
      kind: key === 'models' ? 'model' : 'node',
      name,
      source: null,
      version,
    },
    fileKeyName: `${key}.${name}`,
    attached: known ? attached : undefined,
    quoteColumns: entry.flag('quote_columns') === true,
    tags: [],
  }
}

/** A deprecation date as the manifest shows it: with a time and a zone, UTC where none is given. */
function dateOf(entry: Entry): string | null {
  const text = entry.text('deprecation_date')
  if (text === null) return null
  const match = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?))?(Z|[-+]\d\d:?\d\d)?$/.exec(text)
  if (!match) throw entry.problem('deprecation_date', 'This is no date', text)
  return `${match[1]}T${match[2] ?? '00:00:00'}${match[3] === undefined || match[3] === 'Z' ? '+00:00' : match[3]}`
}

/** `config` of an entry with the keys that may stand beside it. Throws T1004 when one is in both places. */
function configOf(entry: Entry): Record<string, unknown> {
  const config = { ...entry.mapping('config') }
  for (const key of CONFIG_SYNONYMS) {
    const value = entry.data[key]
    if (value === undefined) continue
    if (key in config) throw entry.problem(key, `'${key}' is given both beside and in 'config'`, value)
    config[key] = value
  }
  return config
}

function timeSpineOf(entry: Entry): JsonObject | null {
  const spine = entry.data['time_spine']
  if (!isRecord(spine)) return null
  const custom = Array.isArray(spine['custom_granularities']) ? spine['custom_granularities'] : []
  return {
    standard_granularity_column: String(spine['standard_granularity_column'] ?? ''),
    custom_granularities: custom.filter(isRecord).map((item) => ({
      name: String(item['name'] ?? ''),
      column_name: typeof item['column_name'] === 'string' ? item['column_name'] : null,
    })),
  }
}

function deepMerge(
  base: Readonly<Record<string, unknown>>,
  over: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const out: Record<string, unknown> = { ...base }
  for (const [key, value] of Object.entries(over)) {
    const before = out[key]
    out[key] = isRecord(before) && isRecord(value) ? deepMerge(before, value) : value
  }
  return out
}

function isDisabled(parsing: Parsing, node: NodeDraft): boolean {
  return parsing.builder.disabled.get(node.unique_id)?.includes(node) === true
}

function withPlace(error: unknown, entry: Entry, node: NodeDraft): unknown {
  if (!(error instanceof TdbtError) || error.details.location !== undefined) return error
  return new TdbtError(error.code, error.message, {
    ...error.details,
    location: entry.yaml.locate([...entry.path, 'config']),
    source: entry.yaml.source,
    nodeId: node.unique_id,
    cause: error,
  })
}
