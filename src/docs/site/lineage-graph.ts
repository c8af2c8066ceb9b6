import type { Store } from './store.ts'

/** Which part of the graph is drawn. */
export interface LineageFilter {
  /** Resource in the middle; null draws everything. */
  readonly focus: string | null
  /** Edges upstream and downstream of the focus; Infinity for all. */
  readonly up: number
  readonly down: number
  readonly hiddenKinds: ReadonlySet<string>
  readonly hiddenLayers: ReadonlySet<string>
  /** Only resources with one of these tags; empty = all. */
  readonly tags: ReadonlySet<string>
}

export interface LineageGraph {
  readonly ids: readonly string[]
  readonly edges: readonly (readonly [from: string, to: string])[]
  /** Edges that stand for a path through hidden resources, as `from→to`. */
  readonly indirect: ReadonlySet<string>
}

/** The resources that pass the filter, and their edges; a path through hidden ones becomes an indirect edge. */
export function lineageGraph(store: Store, filter: LineageFilter): LineageGraph {
  const { focus } = filter
  const area =
    focus === null
      ? new Set(store.resources.keys())
      : new Set([focus, ...store.reach(focus, 'up', filter.up), ...store.reach(focus, 'down', filter.down)])
  const shown = new Set(
    [...area].filter((id) => {
      const resource = store.resources.get(id)
      if (resource === undefined) return false
      if (id === focus) return true
      if (filter.hiddenKinds.has(resource.kind) || filter.hiddenLayers.has(resource.layer)) return false
      return filter.tags.size === 0 || resource.tags.some((tag) => filter.tags.has(tag))
    }),
  )
  const nearest = new Map<string, ReadonlyMap<string, boolean>>()
  /** Shown resources above, and whether the way there is through hidden ones. */
  const above = (id: string): ReadonlyMap<string, boolean> => {
    const known = nearest.get(id)
    if (known !== undefined) return known
    const found = new Map<string, boolean>()
    nearest.set(id, found)
    for (const parent of store.resources.get(id)?.parents ?? []) {
      if (!area.has(parent)) continue
      if (shown.has(parent)) found.set(parent, false)
      else for (const [ancestor] of above(parent)) if (!found.has(ancestor)) found.set(ancestor, true)
    }
    return found
  }
  const edges: (readonly [string, string])[] = []
  const indirect = new Set<string>()
  for (const id of shown) {
    for (const [parent, through] of above(id)) {
      edges.push([parent, id])
      if (through) indirect.add(`${parent}→${id}`)
    }
  }
  return { ids: [...shown], edges, indirect }
}
