import type {
  ExposureNode,
  FunctionNode,
  GraphNode,
  ManifestNode,
  SemanticResource,
  SourceNode,
} from '../core/index.ts'
import { equal } from './json-equal.ts'
import { sameContract } from './same-contract.ts'

/**
 * dbt's comparisons of a resource with what it was, one function an aspect, as `state:modified.<aspect>` names them.
 * undefined = the aspect does not exist for that kind of resource, so it never counts as modified.
 */
export type Comparison = (now: GraphNode, before: GraphNode, warn: (message: string) => void) => boolean | undefined

/** Config keys of nodes that are not compared: names count through `relation`, tags and groups not at all. */
const NOT_COMPARED: ReadonlySet<string> = new Set(['alias', 'schema', 'database', 'tags', 'group'])
const NOT_COMPARED_OF_METRICS: ReadonlySet<string> = new Set(['group'])
const NONE: ReadonlySet<string> = new Set()
/** All that counts in a test's config. */
const TEST_MODIFIERS = [
  'severity',
  'where',
  'limit',
  'fail_calc',
  'warn_if',
  'error_if',
  'store_failures',
  'store_failures_as',
]

type Parsed = ManifestNode | FunctionNode

function isParsed(resource: GraphNode): resource is Parsed {
  switch (resource.resource_type) {
    case 'source':
    case 'exposure':
    case 'unit_test':
    case 'metric':
    case 'semantic_model':
    case 'saved_query':
      return false
    default:
      return true
  }
}

export const sameBody: Comparison = (now, before, warn) => {
  if (!isParsed(now) || !isParsed(before)) return isParsed(now) ? false : undefined
  if (now.resource_type !== 'seed') return now.raw_code === before.raw_code
  const same = equal(now.checksum, before.checksum)
  if (now.checksum.name === 'path') {
    warn(
      before.checksum.name !== 'path'
        ? `Found a seed (${now.package_name}.${now.name}) >1MB in size. The previous file was <=1MB, so it has changed`
        : `Found a seed (${now.package_name}.${now.name}) >1MB in size at ${same ? 'the same path' : 'another path'}; its contents are not compared`,
    )
  }
  return same
}

/** The config as written (unrendered), without the keys that say where the relation lives. */
export const sameConfig: Comparison = (now, before) => {
  const mine = unrendered(now)
  const theirs = unrendered(before)
  switch (now.resource_type) {
    case 'unit_test':
      return undefined
    case 'semantic_model':
    case 'saved_query':
      return equal(now.config, before.config)
    case 'test':
      return TEST_MODIFIERS.every((key) => sameKey(mine, theirs, key))
    default: {
      const skipped = isParsed(now) ? NOT_COMPARED : now.resource_type === 'metric' ? NOT_COMPARED_OF_METRICS : NONE
      return [...new Set([...Object.keys(mine), ...Object.keys(theirs)])].every(
        (key) => skipped.has(key) || sameKey(mine, theirs, key),
      )
    }
  }
}

function sameKey(mine: Readonly<Record<string, unknown>>, theirs: Readonly<Record<string, unknown>>, key: string) {
  return key in mine === key in theirs && equal(mine[key], theirs[key])
}

function unrendered(resource: GraphNode): Readonly<Record<string, unknown>> {
  const config: unknown = (resource as { unrendered_config?: unknown }).unrendered_config
  return typeof config === 'object' && config !== null ? (config as Readonly<Record<string, unknown>>) : {}
}

export const samePersistedDescription: Comparison = (now, before) => {
  if (!isParsed(now) || !isParsed(before)) return isParsed(now) ? false : undefined
  const persist = now.config['persist_docs']
  const wants = (what: string): boolean =>
    typeof persist === 'object' && persist !== null && Boolean((persist as Record<string, unknown>)[what])
  if (wants('relation') && now.description !== before.description) return false
  if (!wants('columns')) return true
  const texts = (node: Parsed): Record<string, string> =>
    Object.fromEntries(Object.entries(node.columns).map(([name, column]) => [name, column.description]))
  return equal(texts(now), texts(before))
}

/** Where the relation lives: configured names of nodes, resolved names of sources. */
export const sameRelation: Comparison = (now, before) => {
  if (now.resource_type === 'source' && before.resource_type === 'source') {
    return now.database === before.database && now.schema === before.schema && now.identifier === before.identifier
  }
  if (!isParsed(now)) return now.resource_type === 'source' ? false : undefined
  const mine = unrendered(now)
  const theirs = unrendered(before)
  return ['database', 'schema', 'alias'].every((key) => equal(mine[key], theirs[key]))
}

export const sameContractAspect: Comparison = (now, before, warn) => {
  if (!isParsed(now)) return undefined
  if (now.resource_type !== 'model') return true
  return before.resource_type === 'model' && sameContract(now, before, warn)
}

/**
 * `state:modified` without an aspect. A resource that was not there before is modified when it is a node, a test or a unit
 * test, and not when it is a source, an exposure or a semantic resource: dbt calls those `new` only.
 */
export function sameContents(now: GraphNode, before: GraphNode | undefined, warn: (message: string) => void): boolean {
  if (before === undefined || before.resource_type !== now.resource_type) {
    return now.resource_type !== 'unit_test' && !isParsed(now)
  }
  switch (now.resource_type) {
    case 'source':
      return sameSource(now, before as SourceNode, warn)
    case 'exposure':
      return sameExposure(now, before as ExposureNode, warn)
    case 'unit_test':
      return before.resource_type === 'unit_test' && now.checksum === before.checksum
    case 'metric':
      return sameKeys(now, before, ['type', 'description', 'label']) && sameConfig(now, before, warn) !== false
    case 'semantic_model':
      return sameKeys(now, before, SEMANTIC_MODEL_KEYS)
    case 'saved_query':
      return sameSavedQuery(now, before as SemanticResource)
    case 'test':
      if (now.test_metadata !== undefined) return sameConfig(now, before, warn) !== false && equal(now.fqn, before.fqn)
      break
    case 'model': {
      if (!sameKeys(now, before, ['latest_version', 'access', 'deprecation_date'])) return false
      break
    }
    case 'function':
      if (!sameKeys(now, before, ['arguments', 'returns'])) return false
      break
  }
  // Asked first and whatever else changed: it warns of broken contracts.
  const contract = sameContractAspect(now, before, warn) !== false
  return (
    contract &&
    equal(now.fqn, before.fqn) &&
    sameBody(now, before, warn) !== false &&
    sameConfig(now, before, warn) !== false &&
    samePersistedDescription(now, before, warn) !== false &&
    sameRelation(now, before, warn) !== false
  )
}

const SEMANTIC_MODEL_KEYS = [
  'model',
  'description',
  'defaults',
  'entities',
  'dimensions',
  'measures',
  'config',
  'primary_entity',
  'group',
]

function sameKeys(now: GraphNode, before: GraphNode, keys: readonly string[]): boolean {
  const left = now as unknown as Readonly<Record<string, unknown>>
  const right = before as unknown as Readonly<Record<string, unknown>>
  return keys.every((key) => equal(left[key], right[key]))
}

function sameSource(now: SourceNode, before: SourceNode, warn: (message: string) => void): boolean {
  return (
    sameRelation(now, before, warn) === true &&
    sameConfig(now, before, warn) === true &&
    sameKeys(now, before, ['fqn', 'quoting', 'freshness', 'loaded_at_field', 'external'])
  )
}

function sameExposure(now: ExposureNode, before: ExposureNode, warn: (message: string) => void): boolean {
  return (
    sameKeys(now, before, ['fqn', 'type', 'owner', 'maturity', 'url', 'description', 'label']) &&
    equal([...now.depends_on.nodes].sort(), [...before.depends_on.nodes].sort()) &&
    sameConfig(now, before, warn) === true
  )
}

function sameSavedQuery(now: SemanticResource, before: SemanticResource): boolean {
  const exports = (query: SemanticResource): unknown => {
    const list = query['exports']
    if (!Array.isArray(list)) return []
    return list.map((entry: { name?: unknown; unrendered_config?: Record<string, unknown> }) => {
      const config = entry.unrendered_config ?? {}
      return [entry.name, config['export_as'], config['schema'], config['alias']]
    })
  }
  return (
    sameKeys(now, before, ['query_params', 'description', 'label', 'config', 'group', 'tags']) &&
    equal(exports(now), exports(before))
  )
}
