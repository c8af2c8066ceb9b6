import type { Manifest } from '../core/index.ts'
import { relinkedDag } from './adjacency-dag.ts'
import type { Dag } from './dag.ts'

/**
 * The graph that `build` schedules by: a data test also stands before every executable node that comes after all of what it
 * tests, so that a failed test holds back what is downstream (dbt's add_test_edges). A test of several nodes holds back only
 * nodes below all of them; that is dbt's rule, and it is what keeps the graph free of cycles.
 *
 * An edge is added only where no parent of the node waits for the test already, so the graph has dbt's transitive reduction
 * but not its quadratic number of edges. Not for selection: `a+` must not follow these edges.
 */
export function withTestEdges(dag: Dag, manifest: Manifest): Dag {
  const parents = dag.parentPositions()
  const children = dag.childPositions()
  const kinds = new Uint8Array(dag.ids.length)
  let several = false
  for (let position = 0; position < kinds.length; position++) {
    const node = manifest.nodes[dag.ids[position] ?? '']
    if (node === undefined) continue
    kinds[position] = node.resource_type === 'test' ? TEST : EXECUTABLE
    several ||= node.resource_type === 'test' && (parents[position]?.length ?? 0) > 1
  }
  const below = several ? descendantSets(children, kinds) : undefined
  const next = new Map<number, ReadonlySet<number>>()
  const heldBy = (tested: readonly number[]): ReadonlySet<number> => {
    const [only = 0] = tested
    if (tested.length > 1 && below !== undefined) return below(tested)
    let held = next.get(only)
    if (held === undefined) {
      held = nextExecutables(children, kinds, only)
      next.set(only, held)
    }
    return held
  }

  const linked = parents.map((list) => [...list])
  for (let position = 0; position < kinds.length; position++) {
    const tested = parents[position] ?? []
    if (kinds[position] !== TEST || tested.length === 0) continue
    const held = heldBy(tested)
    for (const node of held) {
      if (kinds[node] !== EXECUTABLE) continue
      if (tested.length > 1 && parents[node]?.some((parent) => kinds[parent] === EXECUTABLE && held.has(parent)))
        continue
      linked[node]?.push(position)
    }
  }
  return relinkedDag(dag.ids, linked)
}

const TEST = 1
const EXECUTABLE = 2

type Lists = readonly (readonly number[])[]

/** The first executable nodes on every way down; what comes after them waits for them anyway. */
function nextExecutables(children: Lists, kinds: Uint8Array, start: number): ReadonlySet<number> {
  const found = new Set<number>()
  const seen = new Set([start])
  const stack = [start]
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    for (const child of children[node] ?? []) {
      if (seen.has(child)) continue
      seen.add(child)
      if (kinds[child] === EXECUTABLE) found.add(child)
      else stack.push(child)
    }
  }
  return found
}

/** Descendants that several nodes have in common, tests aside: bit sets, one pass over the edges, one bit a pair. */
function descendantSets(children: Lists, kinds: Uint8Array): (of: readonly number[]) => ReadonlySet<number> {
  const nodes: number[] = []
  const index = new Int32Array(kinds.length).fill(-1)
  for (let node = 0; node < kinds.length; node++) if (kinds[node] !== TEST) index[node] = nodes.push(node) - 1
  const words = Math.ceil(nodes.length / 32)
  const sets = nodes.map(() => new Int32Array(words))
  for (let position = nodes.length - 1; position >= 0; position--) {
    const set = sets[position]
    for (const child of children[nodes[position] ?? -1] ?? []) {
      const at = index[child] ?? -1
      const more = sets[at]
      if (set === undefined || more === undefined) continue
      for (let word = 0; word < words; word++) set[word] = (set[word] ?? 0) | (more[word] ?? 0)
      set[at >> 5] = (set[at >> 5] ?? 0) | (1 << (at & 31))
    }
  }
  return (of) => {
    const found = new Set<number>()
    const members = of.map((node) => sets[index[node] ?? -1])
    for (let word = 0; word < words; word++) {
      let bits = -1
      for (const set of members) bits &= set?.[word] ?? 0
      while (bits !== 0) {
        const bit = 31 - Math.clz32(bits & -bits)
        const node = nodes[word * 32 + bit]
        if (node !== undefined) found.add(node)
        bits &= bits - 1
      }
    }
    return found
  }
}
