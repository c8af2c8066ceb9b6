import { findResource, type GraphNode, type Manifest, TdbtError } from '../core/index.ts'
import { invalidValue, type Matcher } from './name-methods.ts'
import type { PreviousState } from './previous-state.ts'
import {
  type Comparison,
  sameBody,
  sameConfig,
  sameContents,
  sameContractAspect,
  samePersistedDescription,
  sameRelation,
} from './same-contents.ts'
import { contractRemoved } from './same-contract.ts'
import type { SelectorScope } from './selector-scope.ts'

const ASPECTS: Readonly<Record<string, Comparison>> = {
  'modified.body': sameBody,
  'modified.configs': sameConfig,
  'modified.persisted_descriptions': samePersistedDescription,
  'modified.relation': sameRelation,
  'modified.contract': sameContractAspect,
}

const VALUES = ['new', 'old', 'modified', 'unmodified', ...Object.keys(ASPECTS), 'modified.macros']

/** `state:`: compares each resource with the manifest of the previous state. Throws T0002 without one, T1014 on an unknown value. */
export function stateMatcher(selector: string, scope: SelectorScope): Matcher {
  const previous = scope.state?.manifest
  if (previous === undefined || previous === null) {
    throw new TdbtError('T0002', 'Got a state selector method, but no comparison manifest', {
      found: `state:${selector}`,
      hint: 'Give the folder that holds the earlier manifest.json with --state.',
    })
  }
  const before = (resource: GraphNode): GraphNode | undefined => findResource(previous, resource.unique_id)
  const macroChanged = macroChecker(scope.manifest, previous)

  switch (selector) {
    case 'new':
      return (resource) => before(resource) === undefined
    case 'old':
      return (resource) => before(resource) !== undefined
    case 'modified':
    case 'unmodified': {
      warnOfRemovedContracts(scope, previous)
      const wanted = selector === 'modified'
      return (resource) => {
        const same = sameContents(resource, before(resource), scope.warn)
        return (!same || macroChanged(resource)) === wanted
      }
    }
    case 'modified.macros':
      return macroChanged
    default: {
      const aspect = ASPECTS[selector]
      if (aspect === undefined) throw invalidValue('state', selector, VALUES.join(', '))
      if (selector === 'modified.contract') warnOfRemovedContracts(scope, previous)
      return (resource) => {
        const old = before(resource)
        // An aspect that the kind of resource does not have is not modified, not even for a new resource.
        if (aspect(resource, old ?? resource, scope.warn) === undefined) return false
        return old === undefined || aspect(resource, old, scope.warn) === false
      }
    }
  }
}

/**
 * True for a resource that calls, directly or through other macros, a macro whose text changed, appeared or went.
 *
 * Built-in macros do not count: dbt and tdbt have them under the same names with bodies of their own, so with a state that
 * the other tool wrote every test would be modified. (dbt counts them, and selects everything after an upgrade.)
 */
function macroChecker(manifest: Manifest, previous: Manifest): Matcher {
  const builtIn = new Set(['dbt', 'tdbt', 'dbt_postgres', `dbt_${manifest.metadata.adapter_type}`])
  const changed = new Set<string>()
  for (const [id, macro] of Object.entries(manifest.macros)) {
    if (!builtIn.has(macro.package_name) && previous.macros[id]?.macro_sql !== macro.macro_sql) changed.add(id)
  }
  for (const [id, macro] of Object.entries(previous.macros)) {
    if (!builtIn.has(macro.package_name) && manifest.macros[id] === undefined) changed.add(id)
  }
  const known = new Map<string, boolean>()
  const reaches = (id: string): boolean => {
    const cached = known.get(id)
    if (cached !== undefined) return cached
    known.set(id, false)
    const result = changed.has(id) || (manifest.macros[id]?.depends_on.macros ?? []).some(reaches)
    known.set(id, result)
    return result
  }
  return (resource) => {
    if (changed.size === 0 || resource.resource_type === 'source') return false
    return (resource.depends_on?.macros ?? []).some(reaches)
  }
}

function warnOfRemovedContracts(scope: SelectorScope, previous: Manifest): void {
  for (const [id, old] of Object.entries(previous.nodes)) {
    const disabled = scope.manifest.disabled[id]?.[0]
    const removed = disabled ?? (scope.manifest.nodes[id] === undefined ? old : undefined)
    if (removed?.resource_type === 'model') contractRemoved(removed, disabled !== undefined, undefined, scope.warn)
  }
}

/** `result:`: resources whose entry in the previous run_results.json has that status. */
export function resultMatcher(selector: string, state: PreviousState | undefined): Matcher {
  const results = state?.results
  if (results === undefined || results === null) {
    throw new TdbtError('T0002', 'No comparison run_results', {
      found: `result:${selector}`,
      hint: 'Give the folder that holds the earlier run_results.json with --state.',
    })
  }
  const matches = new Set(results.filter((result) => result.status === selector).map((result) => result.unique_id))
  return (resource) => matches.has(resource.unique_id)
}

/** `source_status:fresher`: sources with newer data than in the previous sources.json; any other value matches nothing. */
export function sourceStatusMatcher(selector: string, state: PreviousState | undefined): Matcher {
  const missing = (which: string): TdbtError =>
    new TdbtError('T0002', `No ${which} state comparison freshness results in sources.json`, {
      found: `source_status:${selector}`,
      hint: 'Run `source freshness` first, and give the folder of the earlier sources.json with --state.',
    })
  if (state?.sources === undefined || state.sources === null) throw missing('previous')
  if (state.sourcesCurrent === null) throw missing('current')
  const previous = new Map(state.sources.map((entry) => [entry.unique_id, entry.max_loaded_at]))
  const fresher = new Set<string>()
  if (selector === 'fresher') {
    for (const { unique_id, max_loaded_at } of state.sourcesCurrent) {
      const before = previous.get(unique_id)
      if (max_loaded_at === null || before === null) continue
      if (before === undefined || new Date(max_loaded_at) > new Date(before)) fresher.add(unique_id)
    }
  }
  return (resource) => fresher.has(resource.unique_id)
}
