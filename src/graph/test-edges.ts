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
  const executable = (id: string): boolean => {
    const node = manifest.nodes[id]
    return node !== undefined && node.resource_type !== 'test'
  }
  const parentsOf = new Map<string, string[]>(dag.ids.map((id) => [id, [...dag.parents(id)]]))
  const below = new Map<string, ReadonlySet<string>>()
  const descendants = (id: string): ReadonlySet<string> => {
    const known = below.get(id)
    if (known !== undefined) return known
    const found = dag.descendants(id)
    below.set(id, found)
    return found
  }

  for (const id of dag.ids) {
    if (manifest.nodes[id]?.resource_type !== 'test') continue
    const tested = dag.parents(id)
    const [first, ...others] = tested
    if (first === undefined) continue
    const waits = new Set(
      [...descendants(first)].filter(
        (node) => executable(node) && others.every((other) => descendants(other).has(node)),
      ),
    )
    for (const node of waits) {
      if (dag.parents(node).some((parent) => waits.has(parent))) continue
      parentsOf.get(node)?.push(id)
    }
  }
  return adjacencyDag(parentsOf)
}
