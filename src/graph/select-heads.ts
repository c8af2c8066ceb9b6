import type { GraphNode, Manifest, ResourceType } from '../core/index.ts'
import type { Dag } from './dag.ts'
import { tagsOf } from './name-methods.ts'
import { parseCommandLine } from './parse-criterion.ts'
import { evaluateSpec } from './select-nodes.ts'
import type { Selection, SelectOptions } from './select-options.ts'
import type { Method, SelectionSpec } from './selection-spec.ts'
import type { SelectorScope } from './selector-scope.ts'

/** What the plain selector methods look at, of one enabled resource: little enough to be kept and read by itself. */
export interface ResourceHead {
  readonly kind: ResourceType
  readonly packageName: string
  readonly fqn: readonly string[]
  readonly tags: readonly string[]
  readonly file: string
  readonly isVersioned: boolean
}

/** Methods that look at heads alone. */
const PLAIN: ReadonlySet<Method> = new Set<Method>(['fqn', 'tag', 'file', 'package', 'resource_type'])

export function headOf(resource: GraphNode): ResourceHead {
  return {
    kind: resource.resource_type,
    packageName: resource.package_name,
    fqn: resource.fqn,
    tags: tagsOf(resource),
    file: resource.original_file_path,
    isVersioned: resource.resource_type === 'model' && resource.version !== null && resource.version !== undefined,
  }
}

/**
 * What `selectNodes` gives for the same words, empty nodes included, from the heads of the enabled resources alone; undefined where the words
 * ask for more than those tell. Throws what selectNodes throws.
 */
export function selectHeads(
  heads: ReadonlyMap<string, ResourceHead>,
  options: Pick<SelectOptions, 'select' | 'exclude' | 'resourceTypes' | 'excludeResourceTypes'> & { readonly dag: Dag },
): Selection | undefined {
  const { dag } = options
  const spec = parseCommandLine(options.select, options.exclude, 'eager')
  if (!isPlain(spec)) return undefined
  const warnings: string[] = []
  const resources = new Map<string, GraphNode>()
  for (const [id, head] of heads) if (dag.has(id)) resources.set(id, asResource(head))
  const scope: SelectorScope = {
    manifest: NO_MANIFEST,
    dag,
    resources,
    state: undefined,
    warn: (message) => {
      if (!warnings.includes(message)) warnings.push(message)
    },
  }
  const chosen = evaluateSpec(scope, spec, { indirectSelection: 'eager' })
  const types = options.resourceTypes && new Set(options.resourceTypes)
  const notTypes = new Set(options.excludeResourceTypes ?? [])
  const ids = dag.ids.filter((id) => {
    const type = heads.get(id)?.kind
    if (!chosen.has(id) || type === undefined || notTypes.has(type)) return false
    return types === undefined || types.has(type)
  })
  return { ids: new Set(ids), warnings, selectorName: null }
}

// No plain method looks at it.
const NO_MANIFEST = {} as Manifest

function isPlain(spec: SelectionSpec): boolean {
  if (spec.kind !== 'criterion') return spec.parts.every(isPlain)
  return PLAIN.has(spec.method) && !(spec.method === 'package' && spec.value === 'this')
}

function asResource({ kind, packageName, fqn, tags, file, isVersioned }: ResourceHead): GraphNode {
  return {
    resource_type: kind,
    package_name: packageName,
    fqn,
    tags,
    config: { tags },
    original_file_path: file,
    version: isVersioned ? '' : null,
  } as unknown as GraphNode
}
