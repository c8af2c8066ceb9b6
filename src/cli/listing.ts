import { type GraphNode, graphResources, type Manifest, type ResourceType } from '../core/index.ts'
import { type Dag, headOf, type ResourceHead, type StoredDag, storeDag } from '../graph/index.ts'

/** What `ls` can say of a resource. */
export interface Labels {
  readonly selector: string
  readonly name: string
  readonly path: string
}

/** What is kept with a parse: the graph, and what a plain `ls` prints. */
export interface Derived {
  readonly dag: StoredDag
  /** Of the graph's resources in the order of ids: what is printed of them, and what plain selectors look at besides; null where disabled. */
  readonly listing: readonly (ListingRow | null)[]
}

type ListingRow = readonly [kind: ResourceType, selector: string, name: string, path: string, more?: More]

/** Where it is not what the rest says: levels apart by dots are the selector, the package is the first of them, tags there are none. */
interface More {
  readonly fqn?: readonly string[]
  readonly package?: string
  readonly tags?: readonly string[]
  readonly versioned?: true
}

export function deriveListing(manifest: Manifest, dag: Dag): Derived {
  const resources = graphResources(manifest)
  const listing: (ListingRow | null)[] = []
  for (const id of [...dag.ids].sort()) {
    const resource = resources.get(id)
    if (resource === undefined || resource.config?.enabled === false) {
      listing.push(null)
      continue
    }
    const { selector, name, path } = labelsOf(resource)
    const more = moreOf(resource, selector)
    const { resource_type: kind } = resource
    listing.push(more === undefined ? [kind, selector, name, path] : [kind, selector, name, path, more])
  }
  return { dag: storeDag(dag), listing }
}

function moreOf(resource: GraphNode, selector: string): More | undefined {
  const { fqn, tags, packageName, isVersioned } = headOf(resource)
  const more: More = {
    ...(fqn.length > 0 && fqn.join('.') === selector && !fqn.some((level) => level.includes('.')) ? {} : { fqn }),
    ...(packageName === fqn[0] ? {} : { package: packageName }),
    ...(tags.length === 0 ? {} : { tags }),
    ...(isVersioned ? { versioned: true } : {}),
  }
  return Object.keys(more).length === 0 ? undefined : more
}

/** What plain selectors look at, by id; undefined where it was not kept. */
export function readHeads(derived: unknown): ReadonlyMap<string, ResourceHead> | undefined {
  if (!isDerived(derived)) return undefined
  const heads = new Map<string, ResourceHead>()
  for (const [place, id] of [...derived.dag.ids].sort().entries()) {
    const row = derived.listing[place]
    if (!row) continue
    const [kind, selector, , file, more = {}] = row
    const fqn = more.fqn ?? selector.split('.')
    const { tags = [], package: packageName = fqn[0] ?? '', versioned: isVersioned = false } = more
    heads.set(id, { kind, packageName, fqn, tags, file, isVersioned })
  }
  return heads
}

/** The labels of some resources, in the order of ids; undefined where they were not kept. */
export function readLabels(
  derived: unknown,
  ids: ReadonlySet<string>,
  key: keyof Labels,
): readonly string[] | undefined {
  if (!isDerived(derived)) return undefined
  const labels: string[] = []
  for (const [place, id] of [...derived.dag.ids].sort().entries()) {
    const row = derived.listing[place]
    if (row && ids.has(id)) labels.push(labelOf(row, key))
  }
  return labels
}

/** The labels that were kept, in the order of ids; undefined where none were. */
export function readListing(
  derived: unknown,
  key: keyof Labels,
): readonly { readonly kind: ResourceType; readonly label: string }[] | undefined {
  if (!isDerived(derived)) return undefined
  return derived.listing.flatMap((row) => (row ? [{ kind: row[0], label: labelOf(row, key) }] : []))
}

function labelOf([, selector, name, path]: ListingRow, key: keyof Labels): string {
  return { selector, name, path }[key]
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
