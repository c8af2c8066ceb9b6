import type { Manifest } from '../core/index.ts'
import { adjacencyDag } from './adjacency-dag.ts'
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
  const isTest = (id: string): boolean => manifest.nodes[id]?.resource_type === 'test'
  const executable = (id: string): boolean => manifest.nodes[id] !== undefined && !isTest(id)
  const parentsOf = new Map<string, string[]>()
  for (const id of dag.ids) parentsOf.set(id, [...dag.parents(id)])
  const several = dag.ids.some((id) => isTest(id) && dag.parents(id).length > 1)
  const below = several ? descendantSets(dag, isTest) : undefined

  for (const id of dag.ids) {
    if (!isTest(id)) continue
    const tested = dag.parents(id)
    const [only] = tested
    if (only === undefined) continue
    const held =
      tested.length === 1 || below === undefined ? nextExecutables(dag, only, executable) : below.common(tested)
    for (const node of held) {
      if (!executable(node)) continue
      if (tested.length > 1 && dag.parents(node).some((parent) => executable(parent) && held.has(parent))) continue
      parentsOf.get(node)?.push(id)
    }
  }
  return adjacencyDag(parentsOf)
}

/** The first executable nodes on every way down; what comes after them waits for them anyway. */
function nextExecutables(dag: Dag, start: string, executable: (id: string) => boolean): ReadonlySet<string> {
  const found = new Set<string>()
  const seen = new Set([start])
  const stack = [start]
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    for (const child of dag.children(id)) {
      if (seen.has(child)) continue
      seen.add(child)
      if (executable(child)) found.add(child)
      else stack.push(child)
    }
  }
  return found
}

/** Descendants of every node but the tests, as bit sets: one pass over the edges, one bit a pair. */
function descendantSets(
  dag: Dag,
  isTest: (id: string) => boolean,
): { common(ids: readonly string[]): ReadonlySet<string> } {
  const ids = dag.ids.filter((id) => !isTest(id))
  const index = new Map(ids.map((id, position) => [id, position]))
  const words = Math.ceil(ids.length / 32)
  const sets = ids.map(() => new Int32Array(words))
  for (let position = ids.length - 1; position >= 0; position--) {
    const set = sets[position]
    for (const child of dag.children(ids[position] ?? '')) {
      const at = index.get(child)
      const more = at === undefined ? undefined : sets[at]
      if (set === undefined || at === undefined || more === undefined) continue
      for (let word = 0; word < words; word++) set[word] = (set[word] ?? 0) | (more[word] ?? 0)
      set[at >> 5] = (set[at >> 5] ?? 0) | (1 << (at & 31))
    }
  }
  return {
    common: (of) => {
      const found = new Set<string>()
      const members = of.map((id) => sets[index.get(id) ?? -1])
      for (let word = 0; word < words; word++) {
        let bits = -1
        for (const set of members) bits &= set?.[word] ?? 0
        while (bits !== 0) {
          const bit = 31 - Math.clz32(bits & -bits)
          const id = ids[word * 32 + bit]
          if (id !== undefined) found.add(id)
          bits &= bits - 1
        }
      }
      return found
    },
  }
}
