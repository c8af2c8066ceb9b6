import type { Macro, Resource, SiteData, Test } from './data.ts'

/** The data with its indexes: what pages ask. */
export interface Store {
  readonly data: SiteData
  readonly resources: ReadonlyMap<string, Resource>
  readonly tests: ReadonlyMap<string, Test>
  readonly macros: ReadonlyMap<string, Macro>
  children(id: string): readonly string[]
  /** Ids upstream or downstream, at most `depth` edges away, without the start. */
  reach(id: string, direction: 'up' | 'down', depth: number): ReadonlySet<string>
  testsOf(resource: Resource): readonly Test[]
  /** Resources and tests that call a macro directly. */
  callersOf(macro: Macro): readonly (Resource | Macro)[]
  health(resource: Resource): Health
  readonly layers: readonly string[]
  /** Colour that the project gives to all coloured resources of a layer (node_color). */
  readonly layerColors: ReadonlyMap<string, string>
}

/** What tests and the last run say of a resource, worst first. */
export interface Health {
  readonly status: 'error' | 'fail' | 'warn' | 'pass' | 'unknown' | 'none'
  readonly passed: number
  readonly total: number
  readonly text: string
}

export function createStore(data: SiteData): Store {
  const resources = new Map(data.resources.map((resource) => [resource.id, resource]))
  const tests = new Map(data.tests.map((test) => [test.id, test]))
  const macros = new Map(data.macros.map((macro) => [macro.id, macro]))
  const children = new Map<string, string[]>()
  for (const resource of data.resources) {
    for (const parent of new Set(resource.parents)) {
      const list = children.get(parent) ?? []
      list.push(resource.id)
      children.set(parent, list)
    }
  }
  const testsOf = (resource: Resource): readonly Test[] =>
    resource.tests.flatMap((id) => {
      const test = tests.get(id)
      return test === undefined ? [] : [test]
    })
  return {
    data,
    resources,
    tests,
    macros,
    children: (id) => children.get(id) ?? [],
    reach: (id, direction, depth) => {
      const seen = new Set<string>()
      let layer = [id]
      for (let step = 0; step < depth && layer.length > 0; step++) {
        const next: string[] = []
        for (const at of layer) {
          const around = direction === 'up' ? (resources.get(at)?.parents ?? []) : (children.get(at) ?? [])
          for (const neighbour of around) {
            if (neighbour === id || seen.has(neighbour)) continue
            seen.add(neighbour)
            next.push(neighbour)
          }
        }
        layer = next
      }
      return seen
    },
    testsOf,
    callersOf: (macro) => [
      ...data.resources.filter((resource) => resource.macros.includes(macro.id)),
      ...data.macros.filter((other) => other.macros.includes(macro.id)),
    ],
    health: (resource) => health(resource, testsOf(resource)),
    layers: layerOrder(data.resources),
    layerColors: layerColors(data.resources),
  }
}

function health(resource: Resource, tests: readonly Test[]): Health {
  const ran = tests.filter((test) => test.result !== null && test.result.status !== 'skipped')
  const passed = ran.filter((test) => test.result?.status === 'pass').length
  const has = (...statuses: string[]): boolean => ran.some((test) => statuses.includes(test.result?.status ?? ''))
  const own = resource.result?.status ?? ''
  const of = (status: Health['status'], text: string): Health => ({ status, passed, total: tests.length, text })
  if (own === 'error' || own === 'runtime error') return of('error', 'failed in the last run')
  if (has('fail', 'error')) return of('fail', `${ran.length - passed} of ${ran.length} tests failing`)
  if (has('warn')) return of('warn', `${ran.length - passed} of ${ran.length} tests warn`)
  if (ran.length > 0) return of('pass', `${passed} of ${tests.length} tests passed`)
  if (tests.length > 0) return of('unknown', `${tests.length} tests, not run yet`)
  return of('none', 'no tests')
}

/** Known layers from raw to served, then the others by name. */
const KNOWN_LAYERS = [
  'source',
  'seed',
  'raw',
  'landing',
  'base',
  'bronze',
  'staging',
  'stage',
  'snapshot',
  'intermediate',
  'silver',
  'core',
  'production',
  'models',
  'marts',
  'mart',
  'gold',
  'analytics',
  'reports',
  'reporting',
  'semantic',
  'analysis',
  'metric',
  'semantic_model',
  'saved_query',
  'exposure',
]

function layerColors(resources: readonly Resource[]): ReadonlyMap<string, string> {
  const found = new Map<string, Set<string>>()
  for (const { layer, color } of resources) {
    if (color !== null) found.set(layer, new Set([...(found.get(layer) ?? []), color]))
  }
  return new Map([...found].flatMap(([layer, colors]) => (colors.size === 1 ? [[layer, [...colors][0] ?? '']] : [])))
}

function layerOrder(resources: readonly Resource[]): readonly string[] {
  const layers = [...new Set(resources.map((resource) => resource.layer))]
  const rank = (layer: string): number => {
    const index = KNOWN_LAYERS.indexOf(layer)
    return index === -1 ? KNOWN_LAYERS.indexOf('models') : index
  }
  return layers.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
}
