import { type GraphNode, type Json, type ResourceType, TdbtError } from '../core/index.ts'
import { fnmatch } from './fnmatch.ts'
import { isParsedNode, type SelectorScope } from './selector-scope.ts'

export type Matcher = (resource: GraphNode) => boolean

/** `fqn:`: name, dotted prefix or glob of the fully qualified name, with or without the package; never sources. */
export function fqnMatcher(selector: string): Matcher {
  // What is selected where nothing is asked for: everything that has a name.
  if (selector === '*') return (resource) => resource.resource_type !== 'source'
  const parts = selector.split('.')
  const [first = ''] = parts
  const firstIsGlob = GLOB.test(first)
  return (resource) => {
    if (resource.resource_type === 'source') return false
    const versioned = resource.resource_type === 'model' && resource.version !== null && resource.version !== undefined
    const { fqn } = resource
    // Mostly neither the first level nor the name is the one asked for: no more is looked at then.
    if (!firstIsGlob && !versioned && fqn[fqn.length - 1] !== selector) {
      if (!beginsWith(fqn[0], first) && !beginsWith(fqn[1], first)) return false
    }
    return isSelectedName(fqn, selector, parts, versioned) || isSelectedName(fqn.slice(1), selector, parts, versioned)
  }
}

const GLOB = /[*?[\]]/

/** Whether a level of a name is, or begins with, that part: dots in a model's name count as further levels. */
function beginsWith(level: string | undefined, part: string): boolean {
  return level !== undefined && (level === part || level.startsWith(`${part}.`))
}

/** dbt's rule for one fqn: exact leaf, then segment by segment up to the first wildcard, which matches all that follows. */
function isSelectedName(
  fqn: readonly string[],
  selector: string,
  parts: readonly string[],
  versioned: boolean,
): boolean {
  const leaf = versioned ? fqn.at(-2) : fqn.at(-1)
  if (leaf === selector) return true
  if (versioned && fqn.slice(-2).join('_') === parts.slice(-2).join('_')) return true

  const flat = fqn.flatMap((segment) => segment.split('.'))
  if (flat.length < parts.length) return false
  for (const [index, part] of parts.entries()) {
    if (GLOB.test(part)) {
      if (fnmatch(flat.slice(index).join('.'), parts.slice(index).join('.'))) return true
      return !selector.includes('.') && leaf !== undefined && fnmatch(leaf, selector)
    }
    if (flat[index] !== part) return false
  }
  return true
}

/** `source:`: `name`, `name.table` or `package.name.table`, each a glob. */
export function sourceMatcher(selector: string): Matcher {
  const parts = selector.split('.')
  if (parts.length > 3) throw invalidValue('source', selector, '`source`, `source.table` or `package.source.table`')
  const [table = '*', source = '*', packageName = '*'] = parts.length === 1 ? ['*', parts[0]] : [...parts].reverse()
  return (resource) =>
    resource.resource_type === 'source' &&
    fnmatch(resource.package_name, packageName) &&
    fnmatch(resource.source_name, source) &&
    fnmatch(resource.name, table)
}

/** `exposure:`, `metric:`, `semantic_model:`, `saved_query:`, `unit_test:`, `function:`: `name` or `package.name`, each a glob. */
export function namedMatcher(type: ResourceType, selector: string): Matcher {
  const parts = selector.split('.')
  if (parts.length > 2) throw invalidValue(type, selector, '`name` or `package.name`')
  const [name = '', packageName = '*'] = [...parts].reverse()
  return (resource) =>
    resource.resource_type === type && fnmatch(resource.package_name, packageName) && fnmatch(resource.name, name)
}

export function tagMatcher(selector: string): Matcher {
  return (resource) => tagsOf(resource).some((tag) => fnmatch(tag, selector))
}

/** A resource's tags; unit tests keep theirs in the config. */
export function tagsOf(resource: GraphNode): readonly string[] {
  const tags: unknown = resource.resource_type === 'unit_test' ? resource.config.tags : resource['tags']
  if (typeof tags === 'string') return [tags]
  return Array.isArray(tags) ? tags.filter((tag): tag is string => typeof tag === 'string') : []
}

/** `group:`: nodes and metrics alone, as in dbt. */
export function groupMatcher(selector: string): Matcher {
  return (resource) => {
    if (!isParsedNode(resource) && resource.resource_type !== 'metric') return false
    const group = resource.config.group
    return typeof group === 'string' && group !== '' && fnmatch(group, selector)
  }
}

export function accessMatcher(selector: string): Matcher {
  return (resource) => resource.resource_type === 'model' && resource.access === selector
}

/** `file:`: the file's name with or without its ending, a glob. */
export function fileMatcher(selector: string): Matcher {
  return (resource) => {
    const name = resource.original_file_path.split(/[\\/]/).at(-1) ?? ''
    return fnmatch(name, selector) || fnmatch(name.replace(/(?<=.)\.[^.]*$/, ''), selector)
  }
}

/** `package:`: a glob; `this` is the root project. */
export function packageMatcher(selector: string, scope: SelectorScope): Matcher {
  const name = selector === 'this' ? scope.manifest.metadata.project_name : selector
  return (resource) => fnmatch(resource.package_name, name)
}

const RESOURCE_TYPES: readonly ResourceType[] = [
  'model',
  'analysis',
  'test',
  'snapshot',
  'operation',
  'seed',
  'sql_operation',
  'source',
  'macro',
  'exposure',
  'metric',
  'group',
  'saved_query',
  'semantic_model',
  'unit_test',
  'function',
]

export function resourceTypeMatcher(selector: string): Matcher {
  const type = RESOURCE_TYPES.find((known) => known === selector)
  if (type === undefined) throw invalidValue('resource_type', selector, RESOURCE_TYPES.join(', '))
  return (resource) => resource.resource_type === type
}

/** `test_name:`: the generic test behind a data test (`unique`), or a unit test's own name. */
export function testNameMatcher(selector: string): Matcher {
  return (resource) => {
    if (resource.resource_type === 'unit_test') return fnmatch(resource.name, selector)
    return (
      resource.resource_type === 'test' &&
      resource.test_metadata !== undefined &&
      fnmatch(resource.test_metadata.name, selector)
    )
  }
}

/** `test_type:`: generic (or schema), singular, data (both), unit. */
export function testTypeMatcher(selector: string): Matcher {
  const generic: Matcher = (resource) => resource.resource_type === 'test' && resource.test_metadata !== undefined
  const singular: Matcher = (resource) => resource.resource_type === 'test' && resource.test_metadata === undefined
  switch (selector) {
    case 'generic':
    case 'schema':
      return generic
    case 'singular':
      return singular
    case 'data':
      return (resource) => resource.resource_type === 'test'
    case 'unit':
      return (resource) => resource.resource_type === 'unit_test'
    default:
      throw invalidValue('test_type', selector, 'generic, singular, unit or data')
  }
}

/** `version:`: latest, prerelease, old, or none for models without versions. */
export function versionMatcher(selector: string): Matcher {
  const check = (versioned: (version: string | number, latest: string | number) => boolean): Matcher => {
    return (resource) =>
      resource.resource_type === 'model' &&
      hasValue(resource.version) &&
      hasValue(resource.latest_version) &&
      versioned(resource.version, resource.latest_version)
  }
  switch (selector) {
    case 'latest':
      return check((version, latest) => version === latest)
    case 'prerelease':
      return check((version, latest) => compareVersions(version, latest) > 0)
    case 'old':
      return check((version, latest) => compareVersions(version, latest) < 0)
    case 'none':
      return (resource) => resource.resource_type === 'model' && !hasValue(resource.version)
    default:
      throw invalidValue('version', selector, 'latest, prerelease, old or none')
  }
}

function hasValue(version: string | number | null | undefined): version is string | number {
  return version !== null && version !== undefined
}

/** As numbers when both are, else as text: dbt's order of versions. */
function compareVersions(a: string | number, b: string | number): number {
  const numbers = [Number(a), Number(b)] as const
  if (!Number.isNaN(numbers[0]) && !Number.isNaN(numbers[1])) return numbers[0] - numbers[1]
  return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0
}

export function invalidValue(method: string, value: Json, expected: string): TdbtError {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return new TdbtError('T1014', `Invalid ${method} selector value "${text}"`, { found: text, expected })
}
