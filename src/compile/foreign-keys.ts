import { type Constraint, type ManifestNode, TdbtError } from '../core/index.ts'
import { compileTemplate } from '../jinja/index.ts'
import { deferred } from './resolvers.ts'
import type { Runtime } from './runtime.ts'

/** The relation that `ref('x')` or `source('a', 'b')` of a foreign key names. Throws T3001 when there is none. */
function relationOf(runtime: Runtime, node: ManifestNode, expression: string): string {
  const call = compileTemplate(`{{ ${expression} }}`, { file: node.original_file_path }).staticCalls()[0]
  const names = call?.args.map((arg) => arg.value).filter((value) => typeof value === 'string') ?? []
  const [first, second] = names
  const fail = (message: string): TdbtError =>
    new TdbtError('T3001', message, { nodeId: node.unique_id, found: expression })
  if (call?.name === 'source' && first !== undefined && second !== undefined) {
    const found = runtime.lookup.source(first, second, node.package_name)
    if (found.kind === 'found') return runtime.relations.ofSource(found.node).render()
  } else if (call?.name === 'ref' && first !== undefined) {
    const version = call.kwargs['v']?.value ?? call.kwargs['version']?.value
    const pinned = typeof version === 'string' || typeof version === 'number' ? version : null
    const found = runtime.lookup.ref(second ?? first, second === undefined ? null : first, pinned, node.package_name)
    if (found.kind === 'found') {
      const other = runtime.invocation.flags.defer ? deferred(runtime.previous, found.node) : null
      return runtime.relations.ofNode(other ?? found.node).render()
    }
  } else {
    throw fail(`'to' of a foreign key constraint on ${node.name} must be a ref() or source() call`)
  }
  throw fail(`${node.unique_id} has a foreign key to ${expression}, which was not found`)
}

/** The node with the relations that its foreign keys refer to written out; the node itself when it has none. */
export function withForeignKeys(runtime: Runtime, node: ManifestNode): ManifestNode {
  if (node.resource_type !== 'model') return node
  const isOpen = (constraint: Constraint) =>
    constraint.type === 'foreign_key' &&
    typeof constraint.to === 'string' &&
    /^\s*(ref|source)\s*\(/.test(constraint.to)
  const resolve = (constraint: Constraint): Constraint =>
    isOpen(constraint) ? { ...constraint, to: relationOf(runtime, node, constraint.to ?? '') } : constraint
  const inColumns = Object.values(node.columns).some((column) => column.constraints.some(isOpen))
  if (!inColumns && !node.constraints.some(isOpen)) return node
  return {
    ...node,
    constraints: node.constraints.map(resolve),
    columns: Object.fromEntries(
      Object.entries(node.columns).map(([name, column]) => [
        name,
        { ...column, constraints: column.constraints.map(resolve) },
      ]),
    ),
  }
}
