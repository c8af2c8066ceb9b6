import { type JsonObject, nearest, TdbtError } from '../core/index.ts'
import { CONFIG_DEFAULTS, EXTRA_KNOWN_KEYS } from './config-fields.ts'
import { dataText } from './data-text.ts'
import type { NodeDraft } from './drafts.ts'
import { type ConfigDict, normaliseConfig } from './merge-config.ts'
import { isRecord } from './native-render.ts'
import { behaviorFlag, type Parsing } from './parsing.ts'
import type { ConfiguredKind } from './project-keys.ts'

/** What a node's settings come to; one object for all nodes of which the same is said, not to be written to. */
interface SettledConfig {
  readonly resolved: Readonly<ConfigDict>
  readonly unrendered: JsonObject
  readonly config: ConfigDict
}

/** What was settled before in one parse, by all that it depends on: the config that the project files give, and what the node says itself. */
export type SettledConfigs = Map<object, Map<string, SettledConfig>>

/**
 * Works out a node's config from the project files, its properties entry (`written`) and its `config()` calls, and all that
 * follows from it: tags, meta, group, access, docs, contract, names. Called once after the file was parsed and again when a
 * properties entry brings config. Throws T1009 for values that cannot be.
 */
export function applyConfig(
  parsing: Parsing,
  node: NodeDraft,
  calls: Readonly<ConfigDict>,
  written?: Readonly<ConfigDict>,
  unrenderedPatch?: Readonly<ConfigDict>,
): void {
  // A Python model is a table where nothing else is said.
  const isPython = node.resource_type === 'model' && node.language === 'python'
  const patch = isPython ? { materialized: 'table', ...written } : written
  const { resource_type: kind } = node
  const { resolved, unrendered, config } = settledConfig(parsing, node, calls, patch, unrenderedPatch)
  const tags = resolved['tags']
  for (const tag of Array.isArray(tags) ? tags : [tags]) {
    if (typeof tag === 'string' && !node.tags.includes(tag)) node.tags.push(tag)
  }
  const meta = resolved['meta']
  if (isRecord(meta) && Object.keys(meta).length > 0) node.meta = meta as JsonObject
  if (typeof resolved['group'] === 'string' && resolved['group'] !== '') node.group = resolved['group']
  if (kind === 'model' && resolved['access'] !== undefined) node.access = accessOf(resolved['access'])
  const docs = resolved['docs']
  if (isRecord(docs)) {
    const color = docs['node_color']
    node.docs = { show: docs['show'] !== false, node_color: typeof color === 'string' ? color : null }
  }
  const contract = resolved['contract']
  if (isRecord(contract) && node.contract !== undefined) {
    node.contract = {
      enforced: contract['enforced'] === true,
      alias_types: contract['alias_types'] !== false,
      checksum: null,
    }
  }
  node.unrendered_config = unrendered
  node.config_call_dict = calls as JsonObject
  node.config = config
  parsing.names.assign(node, resolved)
}

function settledConfig(
  parsing: Parsing,
  node: NodeDraft,
  calls: Readonly<ConfigDict>,
  patch: Readonly<ConfigDict> | undefined,
  unrenderedPatch: Readonly<ConfigDict> | undefined,
): SettledConfig {
  const { configs, settled } = parsing
  const base = node.config
  const saysNothing = patch === undefined && unrenderedPatch === undefined && Object.keys(calls).length === 0
  // Only the first time round: what a round before had set counts, too.
  const said = configs.isBase(base) ? (saysNothing ? '' : dataText([calls, patch, unrenderedPatch])) : undefined
  if (said === undefined) return settle(parsing, node, calls, patch, unrenderedPatch)
  let known = settled.get(base)
  if (known === undefined) {
    known = new Map()
    settled.set(base, known)
  }
  let found = known.get(said)
  if (found === undefined) {
    found = settle(parsing, node, calls, patch, unrenderedPatch)
    known.set(said, found)
  }
  return found
}

function settle(
  parsing: Parsing,
  node: NodeDraft,
  calls: Readonly<ConfigDict>,
  patch: Readonly<ConfigDict> | undefined,
  unrenderedPatch: Readonly<ConfigDict> | undefined,
): SettledConfig {
  const { resource_type: kind, fqn, package_name: packageName } = node
  const resolved = withoutNulls(kind, parsing.configs.resolve({ kind, fqn, packageName, calls, patch }))
  // dbt keeps the rendered properties here, unless a behaviour flag asks for what was written.
  const comparesUnrendered = behaviorFlag(parsing.behavior, 'state_modified_compare_more_unrendered_values', false)
  const unrendered = parsing.configs.resolveUnrendered({
    kind,
    fqn,
    packageName,
    calls,
    patch: comparesUnrendered && patch && unrenderedPatch ? { ...patch, ...unrenderedPatch } : patch,
  })
  // What an earlier round had set stays where this one says nothing.
  const merged: ConfigDict = { ...CONFIG_DEFAULTS[kind], ...withoutNulls(kind, node.config), ...resolved }
  const config = normaliseConfig(kind, merged)
  checkConfig(kind, config)
  return { resolved, unrendered, config }
}

// Only the fields of the kind lose their nulls: what users and packages add stays as it was written.
function withoutNulls(kind: ConfiguredKind, config: Readonly<ConfigDict>): ConfigDict {
  const out: ConfigDict = {}
  for (const [key, value] of Object.entries(config)) {
    if (value !== undefined && (value !== null || !(key in CONFIG_DEFAULTS[kind]))) out[key.trim()] = value
  }
  return out
}

export function accessOf(value: unknown): string {
  if (value === 'private' || value === 'protected' || value === 'public') return value
  throw new TdbtError('T1009', `'${String(value)}' is no access`, {
    found: String(value),
    expected: 'private, protected or public',
  })
}

type Check = { readonly expected: string; readonly holds: (value: unknown) => boolean }
const TEXT: Check = { expected: 'a text', holds: (value) => typeof value === 'string' }
const FLAG: Check = { expected: 'true or false', holds: (value) => typeof value === 'boolean' }
const MAPPING: Check = { expected: 'a mapping', holds: isRecord }
const WHOLE: Check = {
  expected: 'a whole number',
  holds: (value) => typeof value === 'number' && Number.isInteger(value),
}
const TEXTS: Check = {
  expected: 'a text or a list of texts',
  holds: (value) =>
    typeof value === 'string' || (Array.isArray(value) && value.every((item) => typeof item === 'string')),
}

const CHECKS: Readonly<Record<string, Check>> = {
  enabled: FLAG,
  materialized: TEXT,
  schema: TEXT,
  database: TEXT,
  alias: TEXT,
  tags: TEXTS,
  meta: MAPPING,
  group: TEXT,
  persist_docs: MAPPING,
  quoting: MAPPING,
  column_types: MAPPING,
  full_refresh: FLAG,
  unique_key: TEXTS,
  incremental_strategy: TEXT,
  on_schema_change: TEXT,
  grants: MAPPING,
  contract: MAPPING,
  docs: MAPPING,
  store_failures: FLAG,
  store_failures_as: TEXT,
  where: TEXT,
  limit: WHOLE,
  fail_calc: TEXT,
  warn_if: TEXT,
  error_if: TEXT,
  delimiter: TEXT,
  quote_columns: FLAG,
}

const FIXED_MATERIALIZATION: Readonly<Record<string, string>> = { seed: 'seed', test: 'test', snapshot: 'snapshot' }

function checkConfig(kind: ConfiguredKind, config: Readonly<ConfigDict>): void {
  const bad = (key: string, expected: string) => {
    throw new TdbtError('T1009', `The config '${key}' cannot be ${JSON.stringify(config[key])}`, {
      found: JSON.stringify(config[key]) ?? String(config[key]),
      expected,
    })
  }
  for (const [key, check] of Object.entries(CHECKS)) {
    const value = config[key]
    if (value !== null && value !== undefined && !check.holds(value)) bad(key, check.expected)
  }
  const fixed = FIXED_MATERIALIZATION[kind]
  if (fixed !== undefined && config['materialized'] !== fixed) bad('materialized', `'${fixed}', as every ${kind} has`)
  const severity = config['severity']
  if (kind === 'test' && !/^(?:warn|error)$/i.test(String(severity))) bad('severity', "'warn' or 'error'")
  const onError = config['on_error'] ?? null
  if (kind === 'model' && onError !== null && onError !== 'continue' && onError !== 'skip_children') {
    bad('on_error', "'skip_children' or 'continue'")
  }
  const pointer = config['latest_version_pointer'] ?? null
  if (kind === 'model' && pointer !== null && typeof pointer !== 'boolean' && !isRecord(pointer)) {
    bad('latest_version_pointer', "true, false, or a mapping with 'enabled' and 'alias'")
  }
  const contract = config['contract']
  if (
    isRecord(contract) &&
    contract['enforced'] === true &&
    config['materialized'] === 'incremental' &&
    config['on_schema_change'] !== 'append_new_columns' &&
    config['on_schema_change'] !== 'fail'
  ) {
    bad(
      'on_schema_change',
      "'append_new_columns' or 'fail', since the model is incremental and its contract is enforced",
    )
  }
}

/**
 * A warning for each config key of a node that is near to a known one and not itself known: `materialised`, `tag`. Keys that are
 * like no other are left alone, since packages and adapters define their own.
 */
export function unknownConfigWarnings(kind: ConfiguredKind, config: Readonly<ConfigDict>): readonly TdbtError[] {
  const warnings: TdbtError[] = []
  for (const key of Object.keys(config)) {
    if (key in CONFIG_DEFAULTS[kind] || EXTRA_KNOWN_KEYS.has(key) || key === 'pre_hook' || key === 'post_hook') continue
    const near = key.length > 3 ? nearest(key, [...Object.keys(CONFIG_DEFAULTS[kind]), ...EXTRA_KNOWN_KEYS]) : undefined
    if (near === undefined) continue
    warnings.push(
      new TdbtError('T1008', `'${key}' is not a config that tdbt knows`, {
        found: key,
        hint: `Did you mean '${near}'?`,
      }),
    )
  }
  return warnings
}
