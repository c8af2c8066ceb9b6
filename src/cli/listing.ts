import { type GraphNode, graphResources, type Manifest, type ResourceType } from '../core/index.ts'
import { type Dag, type StoredDag, storeDag } from '../graph/index.ts'

/** What `ls` can say of a resource. */
export interface Labels {
  readonly selector: string
  readonly name: string
  readonly path: string
}

/** What is kept with a parse: the graph, and what a plain `ls` prints. */
export interface Derived {
  readonly dag: StoredDag
  /** Enabled resources by id: kind, selector, name, path. */
  readonly listing: readonly (readonly [kind: ResourceType, selector: string, name: string, path: string])[]
}

export function deriveListing(manifest: Manifest, dag: Dag): Derived {
  const resources = graphResources(manifest)
  const listing: [kind: ResourceType, selector: string, name: string, path: string][] = []
  for (const id of [...dag.ids].sort()) {
    const resource = resources.get(id)
    if (resource === undefined || resource.config?.enabled === false) continue
    const { selector, name, path } = labelsOf(resource)
    listing.push([resource.resource_type, selector, name, path])
  }
  return { dag: storeDag(dag), listing }
}

/** The labels that were kept, in the order of ids; undefined where none were. */
export function readListing(
  derived: unknown,
  key: keyof Labels,
): readonly { readonly kind: ResourceType; readonly label: string }[] | undefined {
  if (!isDerived(derived)) return undefined
  return derived.listing.map(([kind, selector, name, path]) => ({ kind, label: { selector, name, path }[key] }))
}

export function isDerived(value: unknown): value is Derived {
  return (
    typeof value === 'object' && value !== null && 'dag' in value && 'listing' in value && Array.isArray(value.listing)
  )
}

export function labelsOf(node: GraphNode): Labels {
  return {
    selector: selector(node),
    name: node.resource_type === 'source' ? `${node.source_name}.${node.name}` : node.name,
    path: node.original_file_path,
  }
}

function selector(node: GraphNode): string {
  const fqn = node.fqn.join('.')
  switch (node.resource_type) {
    case 'source':
      return `source:${[node.package_name, node.source_name, node.name].join('.')}`
    case 'exposure':
    case 'metric':
    case 'semantic_model':
    case 'saved_query':
    case 'unit_test':
      return `${node.resource_type}:${[node.package_name, ...(node.resource_type === 'unit_test' ? [node.name] : node.fqn.slice(1))].join('.')}`
    default:
      return fqn
  }
}
