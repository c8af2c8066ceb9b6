import type { Dag } from './dag.ts'

/**
 * A Dag from lists of parents. Ids come out by rank (length of the longest path from a root), then by id, so parents always
 * stand before children and the order does not depend on the order of the input.
 *
 * Promised to be acyclic by the caller: ids on a cycle would be lost.
 */
export function adjacencyDag(parentsOf: ReadonlyMap<string, readonly string[]>): Dag {
  const childrenOf = new Map<string, string[]>()
  for (const id of parentsOf.keys()) childrenOf.set(id, [])
  const waiting = new Map<string, number>()
  for (const [id, parents] of parentsOf) {
    waiting.set(id, parents.length)
    for (const parent of parents) childrenOf.get(parent)?.push(id)
  }

  const ids: string[] = []
  let layer = [...waiting].filter(([, count]) => count === 0).map(([id]) => id)
  while (layer.length > 0) {
    layer.sort(compare)
    const next: string[] = []
    for (const id of layer) {
      ids.push(id)
      for (const child of childrenOf.get(id) ?? []) {
        const left = (waiting.get(child) ?? 0) - 1
        waiting.set(child, left)
        if (left === 0) next.push(child)
      }
    }
    layer = next
  }

  const position = new Map(ids.map((id, index) => [id, index]))
  const inOrder = (list: readonly string[]): readonly string[] =>
    [...list].sort((a, b) => (position.get(a) ?? 0) - (position.get(b) ?? 0))
  const parents = new Map(ids.map((id) => [id, inOrder(parentsOf.get(id) ?? [])]))
  const children = new Map(ids.map((id) => [id, inOrder(childrenOf.get(id) ?? [])]))

  const dag: Dag = {
    ids,
    has: (id) => position.has(id),
    parents: (id) => parents.get(id) ?? [],
    children: (id) => children.get(id) ?? [],
    ancestors: (id, depth) => sorted(reach(parents, id, depth), position),
    descendants: (id, depth) => sorted(reach(children, id, depth), position),
    restrict: (kept) => restrict(dag, kept),
  }
  return dag
}

/** Code-unit order: the same on every machine, unlike localeCompare. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function reach(neighbours: ReadonlyMap<string, readonly string[]>, start: string, depth = Number.POSITIVE_INFINITY) {
  const seen = new Set<string>()
  let layer: readonly string[] = [start]
  for (let step = 0; step < depth && layer.length > 0; step++) {
    const next: string[] = []
    for (const id of layer) {
      for (const neighbour of neighbours.get(id) ?? []) {
        if (seen.has(neighbour)) continue
        seen.add(neighbour)
        next.push(neighbour)
      }
    }
    layer = next
  }
  return seen
}

function sorted(ids: ReadonlySet<string>, position: ReadonlyMap<string, number>): ReadonlySet<string> {
  return new Set([...ids].sort((a, b) => (position.get(a) ?? 0) - (position.get(b) ?? 0)))
}

/**
 * Keeps an edge a → b wherever a path leads from a to b through dropped nodes alone. Each dropped node hands the kept nodes
 * above it on to its children, so one walk in topological order does it.
 */
function restrict(dag: Dag, kept: ReadonlySet<string>): Dag {
  const above = new Map<string, ReadonlySet<string>>()
  const parentsOf = new Map<string, readonly string[]>()
  for (const id of dag.ids) {
    const parents = dag.parents(id)
    if (!kept.has(id) && parents.length === 0) continue
    const nearest = new Set<string>()
    for (const parent of parents) {
      if (kept.has(parent)) nearest.add(parent)
      else for (const ancestor of above.get(parent) ?? []) nearest.add(ancestor)
    }
    if (kept.has(id)) parentsOf.set(id, [...nearest])
    else if (nearest.size > 0) above.set(id, nearest)
  }
  return adjacencyDag(parentsOf)
}
