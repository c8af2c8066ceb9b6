import type { Json } from '../core/index.ts'
import type { Matcher } from './name-methods.ts'
import { isParsedNode } from './selector-scope.ts'

/** Attribute names of dbt's config classes that artifacts spell in another way. */
const ALIASES: Readonly<Record<string, string>> = { pre_hook: 'pre-hook', post_hook: 'post-hook' }

/**
 * `config.a.b:value`: nodes and sources whose config holds the value at that path. A list matches when it has the value;
 * `true` and `false` of the command line (any case) mean the booleans; severity is compared without regard to case.
 */
export function configMatcher(path: readonly string[], value: Json): Matcher {
  const wanted = typeof value === 'string' ? value : undefined
  const asBoolean = { true: true, false: false }[pythonText(value).toLowerCase()]
  const ignoreCase = path.length === 1 && path[0] === 'severity'
  const equal = (found: unknown): boolean => {
    if (typeof found === 'boolean' && found === asBoolean) return true
    if (ignoreCase && typeof found === 'string') return found.toUpperCase() === wanted?.toUpperCase()
    return same(found, value)
  }
  return (resource) => {
    if (!isParsedNode(resource) && resource.resource_type !== 'source') return false
    let found: unknown = resource.config
    for (const [depth, key] of path.entries()) {
      if (typeof found !== 'object' || found === null || Array.isArray(found)) return false
      const holder = found as Readonly<Record<string, unknown>>
      const name = depth === 0 && !(key in holder) ? (ALIASES[key] ?? key) : key
      if (!Object.hasOwn(holder, name)) return false
      found = holder[name]
    }
    return Array.isArray(found) ? found.some(equal) : equal(found)
  }
}

function pythonText(value: Json): string {
  return typeof value === 'string' || typeof value === 'boolean' ? String(value) : ''
}

function same(a: unknown, b: unknown): boolean {
  return a === b || (typeof a === 'object' && typeof b === 'object' && JSON.stringify(a) === JSON.stringify(b))
}
