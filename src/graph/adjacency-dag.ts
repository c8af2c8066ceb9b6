import type { Dag } from './dag.ts'

/**
 * A Dag from lists of parents. Ids come out by rank (length of the longest path from a root), then by id, so parents always
 * stand before children and the order does not depend on the order of the input.
 *
 * Promised to be acyclic by the caller: ids on a cycle would be lost.
 */
export function adjacencyDag(parentsOf: ReadonlyMap<string, readonly string[]>): Dag {
  // Ids as their places among the sorted ones: everything below compares and looks up numbers.
  const sortedIds = [...parentsOf.keys()].sort(compare)
  const placeOf = new Map(sortedIds.map((id, place) => [id, place]))
  const parents = sortedIds.map((id) => (parentsOf.get(id) ?? []).map((parent) => placeOf.get(parent) ?? -1))
  const children: number[][] = sortedIds.map(() => [])
  for (const [place, list] of parents.entries()) for (const parent of list) children[parent]?.push(place)
  const waiting = parents.map((list) => list.length)

  const order: number[] = []
  let layer = [...waiting.keys()].filter((place) => waiting[place] === 0)
  while (layer.length > 0) {
    layer.sort(byNumber)
    const next: number[] = []
    for (const place of layer) {
      order.push(place)
      for (const child of children[place] ?? []) {
        const left = (waiting[child] ?? 0) - 1
        waiting[child] = left
        if (left === 0) next.push(child)
      }
    }
    layer = next
  }

  const position = new Int32Array(sortedIds.length)
  for (const [index, place] of order.entries()) position[place] = index
  return orderedDag(
    order.map((place) => sortedIds[place] ?? ''),
    order.map((place) => (parents[place] ?? []).map((parent) => position[parent] ?? 0).sort(byNumber)),
  )
}

/** A Dag of ids that stand in topological order already, each with the positions of its parents, in order. */
export function orderedDag(ids: readonly string[], parents: readonly (readonly number[])[]): Dag {
  const position = new Map(ids.map((id, index) => [id, index]))
  const childrenOf = once(() => {
    const children: number[][] = ids.map(() => [])
    // From the front, so that each list of children is in order, too.
    for (const [index, list] of parents.entries()) for (const parent of list) children[parent]?.push(index)
    return children
  })
  const named = (lists: () => readonly (readonly number[])[]) => {
    const known = new Map<string, readonly string[]>()
    return (id: string): readonly string[] => {
      let names = known.get(id)
      if (names === undefined) {
        names = (lists()[position.get(id) ?? -1] ?? []).map((index) => ids[index] ?? '')
        known.set(id, names)
      }
      return names
    }
  }
  const parentsOf = named(() => parents)
  const childNames = named(childrenOf)
  const dag: Dag = {
    ids,
    has: (id) => position.has(id),
    parents: parentsOf,
    children: childNames,
    ancestors: (id, depth) => sorted(reach(parentsOf, id, depth), position),
    descendants: (id, depth) => sorted(reach(childNames, id, depth), position),
    restrict: (kept) => restrict(dag, kept),
  }
  return dag
}

function once<T>(compute: () => T): () => T {
  let value: { readonly result: T } | undefined
  return () => {
    value ??= { result: compute() }
    return value.result
  }
}

function byNumber(a: number, b: number): number {
  return a - b
}

/** Code-unit order: the same on every machine, unlike localeCompare. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function reach(neighbours: (id: string) => readonly string[], start: string, depth = Number.POSITIVE_INFINITY) {
  const seen = new Set<string>()
  let layer: readonly string[] = [start]
  for (let step = 0; step < depth && layer.length > 0; step++) {
    const next: string[] = []
    for (const id of layer) {
      for (const neighbour of neighbours(id)) {
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
