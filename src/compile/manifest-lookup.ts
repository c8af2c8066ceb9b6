import type { FunctionNode, Manifest, ManifestNode, SemanticResource, SourceNode } from '../core/index.ts'

/** What a ref() can mean. */
const REFABLE: ReadonlySet<string> = new Set(['model', 'seed', 'snapshot', 'function'])

export type Found<T> =
  | { readonly kind: 'found'; readonly node: T }
  | { readonly kind: 'disabled' }
  | { readonly kind: 'ambiguous'; readonly ids: readonly string[] }
  | { readonly kind: 'missing' }

type Index = ReadonlyMap<string, ReadonlyMap<string, string>>

/** Finds nodes by the names that templates write, with dbt's rules of packages and versions. */
export interface ManifestLookup {
  ref(name: string, packageName: string | null, version: string | number | null, from: string): Found<ManifestNode>
  source(sourceName: string, tableName: string, from: string): Found<SourceNode>
  function(name: string, packageName: string | null, from: string): Found<FunctionNode>
  metric(name: string, packageName: string | null, from: string): Found<SemanticResource>
  /** Names that ref() would find, for hints. */
  refNames(): Iterable<string>
  /** `source.table` names, for hints. */
  sourceNames(): Iterable<string>
}

function add(index: Map<string, Map<string, string>>, key: string, packageName: string, id: string): void {
  const byPackage = index.get(key) ?? new Map<string, string>()
  byPackage.set(packageName, id)
  index.set(key, byPackage)
}

export interface LookupOptions {
  readonly rootPackage: string
  /** dbt's behaviour flag require_ref_searches_node_package_before_root. */
  readonly ownPackageFirst: boolean
}

/** An explicit package alone; else the root project and the caller's package, then any. */
function packagesToSearch(
  { rootPackage, ownPackageFirst }: LookupOptions,
  from: string,
  packageName: string | null,
): readonly (string | null)[] {
  if (packageName !== null) return [packageName]
  if (rootPackage === from) return [rootPackage, null]
  return ownPackageFirst ? [from, rootPackage, null] : [rootPackage, from, null]
}

function findId(index: Index, key: string, packageName: string | null): readonly string[] {
  const byPackage = index.get(key)
  if (byPackage === undefined) return []
  if (packageName === null) return [...byPackage.values()]
  const id = byPackage.get(packageName)
  return id === undefined ? [] : [id]
}

export function createManifestLookup(manifest: Manifest, options: LookupOptions): ManifestLookup {
  const refs = new Map<string, Map<string, string>>()
  const sources = new Map<string, Map<string, string>>()
  const functions = new Map<string, Map<string, string>>()
  const metrics = new Map<string, Map<string, string>>()
  const disabledRefs = new Map<string, Map<string, string>>()
  const disabledSources = new Map<string, Map<string, string>>()
  for (const node of Object.values(manifest.nodes)) {
    if (!REFABLE.has(node.resource_type)) continue
    const version = node.resource_type === 'model' ? node.version : null
    if (version === null || version === undefined) add(refs, node.name, node.package_name, node.unique_id)
    else {
      add(refs, `${node.name}.v${version}`, node.package_name, node.unique_id)
      const latest = node.resource_type === 'model' ? node.latest_version : null
      if (String(latest) === String(version)) add(refs, node.name, node.package_name, node.unique_id)
    }
  }
  for (const node of Object.values(manifest.sources)) {
    add(sources, `${node.source_name}.${node.name}`, node.package_name, node.unique_id)
  }
  for (const node of Object.values(manifest.functions)) add(functions, node.name, node.package_name, node.unique_id)
  for (const node of Object.values(manifest.metrics)) add(metrics, node.name, node.package_name, node.unique_id)
  for (const definitions of Object.values(manifest.disabled)) {
    const node = definitions[0]
    if (node?.resource_type === 'source') {
      add(disabledSources, `${node.source_name}.${node.name}`, node.package_name, node.unique_id)
    } else if (node !== undefined && REFABLE.has(node.resource_type)) {
      const version = node.resource_type === 'model' ? node.version : null
      const key = version === null || version === undefined ? node.name : `${node.name}.v${version}`
      add(disabledRefs, key, node.package_name, node.unique_id)
    }
  }

  function find<T>(
    index: Index,
    disabled: Index,
    key: string,
    packageName: string | null,
    from: string,
    get: (id: string) => T | undefined,
  ): Found<T> {
    let isDisabled = false
    for (const candidate of packagesToSearch(options, from, packageName)) {
      const ids = findId(index, key, candidate)
      if (ids.length > 1) return { kind: 'ambiguous', ids }
      const node = ids[0] === undefined ? undefined : get(ids[0])
      if (node !== undefined) return { kind: 'found', node }
      isDisabled ||= findId(disabled, key, candidate).length > 0
    }
    return { kind: isDisabled ? 'disabled' : 'missing' }
  }

  const none: Index = new Map()
  return {
    ref: (name, packageName, version, from) => {
      const key = version === null || version === '' ? name : `${name}.v${version}`
      return find(refs, disabledRefs, key, packageName, from, (id) => manifest.nodes[id])
    },
    source: (sourceName, tableName, from) =>
      find(sources, disabledSources, `${sourceName}.${tableName}`, null, from, (id) => manifest.sources[id]),
    function: (name, packageName, from) =>
      find(functions, none, name, packageName, from, (id) => {
        const node = manifest.functions[id]
        return node?.resource_type === 'function' ? node : undefined
      }),
    metric: (name, packageName, from) => find(metrics, none, name, packageName, from, (id) => manifest.metrics[id]),
    refNames: () => refs.keys(),
    sourceNames: () => sources.keys(),
  }
}
