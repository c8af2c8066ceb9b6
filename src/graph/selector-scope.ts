import type { GraphNode, Manifest } from '../core/index.ts'
import type { Dag } from './dag.ts'
import type { PreviousState } from './previous-state.ts'

/** What a selector method sees: the enabled resources of the graph, in the order dbt looks at them. */
export interface SelectorScope {
  readonly manifest: Manifest
  readonly dag: Dag
  /** Enabled members of the graph by unique_id. */
  readonly resources: ReadonlyMap<string, GraphNode>
  readonly state: PreviousState | undefined
  /** Collects texts such as "contract broken"; the same text is kept once. */
  readonly warn: (message: string) => void
}

/** The enabled members of the graph. */
export function enabledResources(manifest: Manifest, dag: Dag): ReadonlyMap<string, GraphNode> {
  const all: Readonly<Record<string, GraphNode>>[] = [
    manifest.nodes,
    manifest.sources,
    manifest.exposures,
    manifest.metrics,
    manifest.unit_tests,
    manifest.semantic_models,
    manifest.saved_queries,
    manifest.functions,
  ]
  const found = new Map<string, GraphNode>()
  for (const part of all) {
    for (const [id, resource] of Object.entries(part)) {
      if (dag.has(id) && resource.config?.enabled !== false) found.set(id, resource)
    }
  }
  return found
}

/** True for what stands under `nodes` in a manifest: models, seeds, snapshots, tests, analyses, operations. */
export function isParsedNode(resource: GraphNode): boolean {
  switch (resource.resource_type) {
    case 'source':
    case 'exposure':
    case 'metric':
    case 'semantic_model':
    case 'saved_query':
    case 'unit_test':
    case 'function':
      return false
    default:
      return true
  }
}
