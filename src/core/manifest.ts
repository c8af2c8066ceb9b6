import type { JsonObject } from './json.ts'
import type {
  DocNode,
  ExposureNode,
  GraphNode,
  GroupNode,
  MacroNode,
  ManifestNode,
  SemanticResource,
  SourceNode,
  UnitTestNode,
} from './nodes.ts'

/**
 * All resources of one parsed project and its packages, by unique_id; the shape of dbt's manifest v12 without the maps that
 * can be derived (parent_map, child_map, group_map), which artifacts/ adds when it writes.
 */
export interface Manifest {
  readonly metadata: ManifestMetadata
  readonly nodes: Readonly<Record<string, ManifestNode>>
  readonly sources: Readonly<Record<string, SourceNode>>
  readonly macros: Readonly<Record<string, MacroNode>>
  readonly docs: Readonly<Record<string, DocNode>>
  readonly exposures: Readonly<Record<string, ExposureNode>>
  readonly metrics: Readonly<Record<string, SemanticResource>>
  readonly groups: Readonly<Record<string, GroupNode>>
  /** YAML selectors as written in selectors.yml, by name. */
  readonly selectors: JsonObject
  /** Disabled resources by unique_id, each with all its disabled definitions. */
  readonly disabled: Readonly<Record<string, readonly GraphNode[]>>
  readonly saved_queries: Readonly<Record<string, SemanticResource>>
  readonly semantic_models: Readonly<Record<string, SemanticResource>>
  readonly unit_tests: Readonly<Record<string, UnitTestNode>>
  readonly functions: Readonly<Record<string, ManifestNode>>
}

export interface ManifestMetadata {
  readonly project_name: string
  /** md5 of the project's name, as dbt makes it. */
  readonly project_id: string
  readonly adapter_type: string
  readonly quoting: {
    readonly database: boolean
    readonly schema: boolean
    readonly identifier: boolean
    readonly column: null
  }
}

/** Everything of the manifest that stands in the graph, by unique_id. */
export function graphResources(manifest: Manifest): ReadonlyMap<string, GraphNode> {
  const parts: readonly Readonly<Record<string, GraphNode>>[] = [
    manifest.nodes,
    manifest.sources,
    manifest.exposures,
    manifest.functions,
    manifest.metrics,
    manifest.semantic_models,
    manifest.saved_queries,
    manifest.unit_tests,
  ]
  const resources = new Map<string, GraphNode>()
  for (const part of parts) {
    for (const id of Object.keys(part)) {
      const resource = part[id]
      if (resource !== undefined) resources.set(id, resource)
    }
  }
  return resources
}

/** The node, source, exposure, unit test or semantic resource with that id, or undefined. */
export function findResource(manifest: Manifest, uniqueId: string): GraphNode | undefined {
  return (
    manifest.nodes[uniqueId] ??
    manifest.sources[uniqueId] ??
    manifest.exposures[uniqueId] ??
    manifest.unit_tests[uniqueId] ??
    manifest.functions[uniqueId] ??
    manifest.metrics[uniqueId] ??
    manifest.semantic_models[uniqueId] ??
    manifest.saved_queries[uniqueId]
  )
}
