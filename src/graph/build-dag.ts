import { DirectedGraph } from 'graphology'
import { hasCycle } from 'graphology-dag'
import { findResource, type GraphNode, graphResources, type Manifest, nearest, TdbtError } from '../core/index.ts'
import { adjacencyDag } from './adjacency-dag.ts'
import type { Dag } from './dag.ts'
import { findCycle } from './find-cycle.ts'

/**
 * The graph of everything that can be selected: nodes, sources, exposures, metrics, semantic models, saved queries, functions
 * and unit tests, with an edge from each entry of `depends_on.nodes`. Macros, docs and groups are no part of it.
 *
 * Throws T3001 when a node depends on an id that is not in the manifest, and T3003 on a cycle, with its path
 * (`a -> b -> a`) and the file of the first node on it.
 */
export function buildDag(manifest: Manifest): Dag {
  const resources = graphResources(manifest)
  const parentsOf = new Map<string, readonly string[]>()
  for (const [id, resource] of resources) {
    const listed = dependencies(resource)
    const parents = listed.length < 2 ? listed : [...new Set(listed)]
    parentsOf.set(id, parents)
    for (const parent of parents) if (!resources.has(parent)) throw missingParents(manifest, resources)
  }
  const dag = adjacencyDag(parentsOf)
  // Whatever has an order has no cycle.
  if (dag.ids.length < resources.size) throw cycleError(manifest, cycleOf(parentsOf))
  return dag
}

/** A cycle of the graph; all ids, where graphology finds none. */
function cycleOf(parentsOf: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const ids = [...parentsOf.keys()].sort()
  const graph = new DirectedGraph()
  for (const id of ids) graph.addNode(id)
  let edges = 0
  for (const id of ids) {
    // A key of our own: graphology's are random words.
    for (const parent of parentsOf.get(id) ?? []) graph.addDirectedEdgeWithKey(edges++, parent, id)
  }
  // Asked once of the whole graph: a check per edge is exponential on chained diamonds.
  return (hasCycle(graph) ? findCycle(ids, (id) => graph.outNeighbors(id).sort()) : undefined) ?? ids
}

/** Direct parents of a resource as its `depends_on` lists them; sources and seeds have none. */
export function dependencies(resource: GraphNode | undefined): readonly string[] {
  if (resource === undefined || resource.resource_type === 'source' || resource.resource_type === 'seed') return []
  return resource.depends_on?.nodes ?? []
}

/** The error of the first id, by name, that has a parent which is not there. */
function missingParents(manifest: Manifest, resources: ReadonlyMap<string, GraphNode>): TdbtError {
  for (const id of [...resources.keys()].sort()) {
    const missing = [...dependencies(resources.get(id))].sort().find((parent) => !resources.has(parent))
    if (missing !== undefined) return missingParent(manifest, id, missing)
  }
  return new TdbtError('T0001', 'a parent was missed that is there')
}

function missingParent(manifest: Manifest, id: string, parent: string): TdbtError {
  const file = findResource(manifest, id)?.original_file_path
  const ids = [...graphResources(manifest).keys()]
  const near = nearest(parent, ids)
  return new TdbtError('T3001', `'${id}' depends on '${parent}', which is not in the graph`, {
    nodeId: id,
    found: parent,
    location: file === undefined ? undefined : { file, line: 1, column: 1 },
    hint: near === undefined ? undefined : `Did you mean '${near}'?`,
  })
}

function cycleError(manifest: Manifest, cycle: readonly string[]): TdbtError {
  const first = cycle[0] ?? ''
  const file = findResource(manifest, first)?.original_file_path
  return new TdbtError('T3003', `Found a cycle: ${[...cycle, first].join(' -> ')}`, {
    nodeId: first,
    location: file === undefined ? undefined : { file, line: 1, column: 1 },
    hint: 'Remove one of these references, or move what they share into a model of its own.',
  })
}
