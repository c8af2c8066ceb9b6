import type { Dag } from './dag.ts'

/**
 * A Dag from lists of parents. Ids come out by rank (length of the longest path from a root), then by id, so parents always
 * stand before children and the order does not depend on the order of the input.
 *
 * Ids on a cycle, and what is below one, are left out.
 */
export function adjacencyDag(parentsOf: ReadonlyMap<string, readonly string[]>): Dag {
  // Ids as their places among the sorted ones: everything below compares and looks up numbers.
  const sortedIds = [...parentsOf.keys()].sort()
  const count = sortedIds.length
  const placeOf = new Map<string, number>()
  for (let place = 0; place < count; place++) placeOf.set(sortedIds[place] ?? '', place)
  const parents: (readonly number[])[] = []
  for (let place = 0; place < count; place++) {
    const list: number[] = []
    for (const parent of parentsOf.get(sortedIds[place] ?? '') ?? []) list.push(placeOf.get(parent) ?? -1)
    parents.push(list)
  }
  return rankedDag(sortedIds, parents)
}

/** As `adjacencyDag`, of ids in any order and the positions of their parents among them. */
export function relinkedDag(ids: readonly string[], parents: readonly (readonly number[])[]): Dag {
  const positionOf = new Map<string, number>()
  for (let position = 0; position < ids.length; position++) positionOf.set(ids[position] ?? '', position)
  const sortedIds = [...ids].sort()
  const positions = new Int32Array(ids.length)
  const places = new Int32Array(ids.length)
  for (let place = 0; place < ids.length; place++) {
    const position = positionOf.get(sortedIds[place] ?? '') ?? 0
    positions[place] = position
    places[position] = place
  }
  const sortedParents: (readonly number[])[] = []
  for (const position of positions) {
    const list: number[] = []
    for (const parent of parents[position] ?? []) list.push(places[parent] ?? -1)
    sortedParents.push(list)
  }
  return rankedDag(sortedIds, sortedParents)
}

/** Of sorted ids. */
function rankedDag(sortedIds: readonly string[], parents: readonly (readonly number[])[]): Dag {
  const count = sortedIds.length
  const children: number[][] = []
  for (let place = 0; place < count; place++) children.push([])
  for (let place = 0; place < count; place++) for (const parent of parents[place] ?? []) children[parent]?.push(place)

  const waiting = new Int32Array(count)
  let layer: number[] = []
  for (let place = 0; place < count; place++) {
    const left = parents[place]?.length ?? 0
    waiting[place] = left
    if (left === 0) layer.push(place)
  }
  const order: number[] = []
  const position = new Int32Array(count)
  while (layer.length > 0) {
    const next: number[] = []
    for (const place of Int32Array.from(layer).sort()) {
      position[place] = order.length
      order.push(place)
      for (const child of children[place] ?? []) {
        const left = (waiting[child] ?? 0) - 1
        waiting[child] = left
        if (left === 0) next.push(child)
      }
    }
    layer = next
  }

  const ids: string[] = []
  const positions: (readonly number[])[] = []
  for (const place of order) {
    ids.push(sortedIds[place] ?? '')
    const list: number[] = []
    for (const parent of parents[place] ?? []) list.push(position[parent] ?? 0)
    positions.push(list.length < 2 ? list : list.sort(byNumber))
  }
  return orderedDag(ids, positions)
}

/** A Dag of ids that stand in topological order already, each with the positions of its parents, in order. */
export function orderedDag(ids: readonly string[], parents: readonly (readonly number[])[]): Dag {
  const position = new Map<string, number>()
  for (let index = 0; index < ids.length; index++) position.set(ids[index] ?? '', index)
  const childrenOf = once(() => {
    const children: number[][] = []
    for (let index = 0; index < ids.length; index++) children.push([])
    // From the front, so that each list of children is in order, too.
    for (let index = 0; index < ids.length; index++)
      for (const parent of parents[index] ?? []) children[parent]?.push(index)
    return children
  })
  const named = (lists: () => readonly (readonly number[])[]) => {
    const known = new Map<string, string[]>()
    return (id: string): readonly string[] => {
      let names = known.get(id)
      if (names === undefined) {
        names = []
        for (const index of lists()[position.get(id) ?? -1] ?? []) names.push(ids[index] ?? '')
        known.set(id, names)
      }
      return names
    }
  }
  const parentsOf = named(() => parents)
  const childNames = named(childrenOf)
  const dag: Dag = {
    ids,
    parentPositions: () => parents,
    childPositions: childrenOf,
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
  const parents = dag.parentPositions()
  const ids: string[] = []
  const keptParents: number[][] = []
  /** Of kept nodes their new position alone, of dropped ones those of the kept nodes above. */
  const reached: (readonly number[])[] = []
  for (let position = 0; position < dag.ids.length; position++) {
    const id = dag.ids[position] ?? ''
    const nearest = joined(parents[position] ?? NONE, reached)
    if (kept.has(id)) {
      reached.push([ids.length])
      ids.push(id)
      keptParents.push([...nearest])
    } else reached.push(nearest)
  }
  return relinkedDag(ids, keptParents)
}

const NONE: readonly number[] = []

function joined(parents: readonly number[], reached: readonly (readonly number[])[]): readonly number[] {
  let first: readonly number[] = NONE
  let all: Set<number> | undefined
  for (const parent of parents) {
    const list = reached[parent] ?? NONE
    if (list.length === 0) continue
    if (first.length === 0) first = list
    else {
      all ??= new Set(first)
      for (const each of list) all.add(each)
    }
  }
  return all === undefined ? first : [...all]
}
