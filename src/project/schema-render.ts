import { TdbtError } from '../core/index.ts'
import { isRecord, type KeyPath, mapTree } from './native-render.ts'
import type { PropertiesFile } from './parsing.ts'
import { placed } from './project-file.ts'
import { Entry } from './property-values.ts'

/** The lists that a properties file can hold. */
export type PropertiesKey =
  | 'models'
  | 'seeds'
  | 'snapshots'
  | 'analyses'
  | 'sources'
  | 'macros'
  | 'exposures'
  | 'groups'
  | 'metrics'
  | 'semantic_models'
  | 'saved_queries'
  | 'unit_tests'
  | 'data_tests'
  | 'functions'

/** An entry with what it was before rendering. */
export interface RawEntry {
  readonly entry: Entry
  readonly raw: Readonly<Record<string, unknown>>
}

/**
 * The entries under a key of a properties file, each rendered where dbt renders: descriptions, tests and hooks stay as they are.
 * What is no list of named mappings is T1004.
 */
export function* readEntries(properties: PropertiesFile, key: PropertiesKey): Generator<RawEntry> {
  const { yaml } = properties
  const list = (yaml.value as Record<string, unknown>)[key]
  if (list === undefined || list === null) return
  const bad = (path: KeyPath, message: string, found: unknown) =>
    new TdbtError('T1004', message, {
      location: yaml.locate(path),
      source: yaml.source,
      found: JSON.stringify(found) ?? '',
    })
  if (!Array.isArray(list)) throw bad([key], `'${key}' must be a list`, list)
  for (const [index, raw] of list.entries()) {
    const path = [key, index]
    if (!isRecord(raw)) throw bad(path, `Every item of '${key}' must be a mapping`, raw)
    if (raw['name'] === undefined && raw['model'] === undefined)
      throw bad(path, `An item of '${key}' has no 'name'`, Object.keys(raw))
    const render = (value: unknown, inner: KeyPath) => {
      if (typeof value !== 'string' || !isRendered(key, inner)) return value
      try {
        return properties.scope.renderYaml(value, yaml.file)
      } catch (error) {
        throw placed(error, yaml, [...path, ...inner])
      }
    }
    const data = holdsJinja(raw) ? (mapTree(raw, render) as Record<string, unknown>) : raw
    yield { entry: new Entry(data, yaml, path), raw }
  }
}

// Whether rendering could change any text of it: by Jinja, or by the newline that a template loses at its end.
const CHANGED = /\{[{%#]|\r|\n$/
function holdsJinja(value: unknown): boolean {
  if (typeof value === 'string') return CHANGED.test(value)
  if (Array.isArray(value)) return value.some(holdsJinja)
  if (!isRecord(value)) return false
  for (const key of Object.keys(value)) if (holdsJinja(value[key])) return true
  return false
}

const LATE = new Set<unknown>(['tests', 'data_tests', 'description', 'loaded_at_query'])
// As in dbt, hooks under the spelling with a dash are rendered when the file is read.
const LATE_CONFIG = new Set<unknown>(['pre_hook', 'post_hook', 'loaded_at_query'])
const LATE_IN_ITEMS = new Set<unknown>(['tests', 'data_tests', 'description'])
const LISTS_OF_ITEMS = new Set<unknown>(['columns', 'dimensions', 'measures', 'entities'])

/** Whether dbt renders the value at this path of an entry when it reads the file. */
function isRendered(key: PropertiesKey, path: KeyPath): boolean {
  switch (key) {
    case 'sources':
      if (path[0] === 'description' || path[0] === 'loaded_at_query') return false
      if (path[0] === 'config' && path[1] === 'loaded_at_query') return false
      return path[0] !== 'tables' || !isLate(path.slice(2))
    case 'macros':
      return !isLate(path[0] === 'arguments' ? path.slice(1) : path)
    case 'metrics':
      return path.at(-1) !== 'filter' && path.at(-2) !== 'filter' && !isLate(path)
    case 'saved_queries':
      return !(path[0] === 'query_params' && path[1] === 'where') && !isLate(path)
    default:
      return !isLate(path)
  }
}

function isLate(path: KeyPath): boolean {
  if (LATE.has(path[0])) return true
  if (path.length === 2 && LATE.has(path[1])) return true
  if (path[0] === 'config' && LATE_CONFIG.has(path[1])) return true
  if (path.length === 5 && path[4] === 'description') return true
  return LISTS_OF_ITEMS.has(path[0]) && LATE_IN_ITEMS.has(path[2])
}
