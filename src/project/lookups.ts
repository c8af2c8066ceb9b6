import { type DocNode, TdbtError } from '../core/index.ts'
import { isRefable, isVersioned, type NodeDraft, type NodeVersion, type ResourceDraft } from './drafts.ts'

/** name → package → value. */
export class PackageLookup<T> {
  private readonly byName = new Map<string, Map<string, T>>()

  set(name: string, packageName: string, value: T): void {
    const packages = this.byName.get(name)
    if (packages) packages.set(packageName, value)
    else this.byName.set(name, new Map([[packageName, value]]))
  }

  /** All that have the name, in one package or, with null, in any. */
  all(name: string, packageName: string | null): readonly T[] {
    const packages = this.byName.get(name)
    if (!packages) return []
    if (packageName === null) return [...packages.values()]
    const value = packages.get(packageName)
    return value === undefined ? [] : [value]
  }

  names(): Iterable<string> {
    return this.byName.keys()
  }
}

/** What `ref` finds: models, seeds and snapshots by name, versioned ones by `name.vN` and the latest by its bare name too. */
export class RefLookup {
  private readonly lookup = new PackageLookup<NodeDraft>()

  constructor(nodes: Iterable<NodeDraft>) {
    for (const node of nodes) this.add(node)
  }

  add(node: NodeDraft): void {
    if (!isRefable(node.resource_type)) return
    if (!isVersioned(node)) {
      this.lookup.set(node.name, node.package_name, node)
      return
    }
    this.lookup.set(`${node.name}.v${String(node.version)}`, node.package_name, node)
    if (node.version === node.latest_version) this.lookup.set(node.name, node.package_name, node)
  }

  /** Throws T3004 when the name is in several packages and none is named. */
  find(name: string, packageName: string | null, version: NodeVersion | null): NodeDraft | undefined {
    const found = this.lookup.all(version ? `${name}.v${version}` : name, packageName)
    if (found.length > 1) {
      throw new TdbtError('T3004', `'${name}' is the name of several models of different packages`, {
        found: found.map((node) => node.unique_id).join(', '),
        hint: `Name the package: ref('${found[0]?.package_name ?? 'package'}', '${name}').`,
      })
    }
    return found[0]
  }

  names(): Iterable<string> {
    return this.lookup.names()
  }
}

/** Disabled resources by name, in dbt's way of naming each kind. */
export class DisabledLookup {
  private readonly lookup = new PackageLookup<ResourceDraft[]>()

  constructor(disabled: Iterable<readonly ResourceDraft[]>) {
    for (const list of disabled) {
      for (const resource of list) {
        for (const name of searchNames(resource)) {
          const known = this.lookup.all(name, resource.package_name)[0]
          if (known) known.push(resource)
          else this.lookup.set(name, resource.package_name, [resource])
        }
      }
    }
  }

  find(
    name: string,
    packageName: string | null,
    options: { readonly version?: NodeVersion | null; readonly kinds?: readonly string[] } = {},
  ): readonly ResourceDraft[] {
    const key = options.version ? `${name}.v${options.version}` : name
    const kinds = options.kinds
    for (const list of this.lookup.all(key, packageName)) {
      const fitting = kinds === undefined ? list : list.filter((resource) => kinds.includes(resource.resource_type))
      if (fitting.length > 0) return fitting
    }
    return []
  }
}

function searchNames(resource: ResourceDraft): readonly string[] {
  if (resource.resource_type === 'source') {
    return [`${(resource as ResourceDraft & { source_name: string }).source_name}.${resource.name}`]
  }
  const node = resource as NodeDraft
  if (!isVersioned(node)) return [resource.name]
  const versioned = `${node.name}.v${String(node.version)}`
  return node.version === node.latest_version ? [versioned, node.name] : [versioned]
}

/** The packages to look in for a name written in a node of `nodePackage`; null stands for any. */
export function packagesToSearch(
  rootPackage: string,
  nodePackage: string,
  targetPackage: string | null,
  nodePackageFirst: boolean,
): readonly (string | null)[] {
  if (targetPackage !== null) return [targetPackage]
  if (rootPackage === nodePackage) return [rootPackage, null]
  return nodePackageFirst ? [nodePackage, rootPackage, null] : [rootPackage, nodePackage, null]
}

/** Finds the docs block that `doc('name')` means in a resource of `nodePackage`. */
export class DocLookup {
  private readonly lookup = new PackageLookup<DocNode>()
  private readonly rootPackage: string

  constructor(docs: Iterable<DocNode>, rootPackage: string) {
    this.rootPackage = rootPackage
    for (const doc of docs) this.lookup.set(doc.name, doc.package_name, doc)
  }

  find(name: string, packageName: string | null, nodePackage: string): DocNode | undefined {
    for (const candidate of packagesToSearch(this.rootPackage, nodePackage, packageName, false)) {
      const found = this.lookup.all(name, candidate)[0]
      if (found) return found
    }
    return undefined
  }

  names(): Iterable<string> {
    return this.lookup.names()
  }
}
