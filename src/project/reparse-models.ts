import { hash } from 'node:crypto'
import { dataText } from './data-text.ts'
import type { NodeDraft } from './drafts.ts'
import type { CacheHit } from './parse-cache.ts'
import type { PackageScope, Parsing } from './parsing.ts'
import type { SourceFile } from './project-files.ts'
import { ReferenceResolver } from './resolve-references.ts'
import { filePlace, fqnOf, newNode, renderNode } from './sql-nodes.ts'

/**
 * Parses edited models anew inside a manifest of before. Only where nothing but text, refs and macros of the model changed: an edit
 * of its config() calls, hooks, or an error of any kind, gives undefined, and the whole project is to be parsed. Gives the ids of what it parsed.
 */
export function reparseModels(parsing: Parsing, changed: CacheHit['changed']): readonly string[] | undefined {
  const { builder } = parsing
  if (changed.length === 0) return []
  const byPath = new Map<string, NodeDraft[]>()
  const paths = new Set(changed.map(({ scope, file }) => `${scope.config.name}\0${file.originalPath}`))
  for (const list of [[...builder.nodes.values()], ...builder.disabled.values()]) {
    for (const node of list) {
      const path = `${node.package_name}\0${node.original_file_path}`
      if (paths.has(path)) byPath.set(path, [...(byPath.get(path) ?? []), node as NodeDraft])
    }
  }
  const edited: NodeDraft[] = []
  for (const { scope, file } of changed) {
    const [before, second] = byPath.get(`${scope.config.name}\0${file.originalPath}`) ?? []
    if (!before || second || !isSimple(before)) return undefined
    const place = filePlace(file)
    const fresh = render(parsing, scope, file, before.name)
    if (!fresh || hasHooks(fresh) || !sameCalls(before, fresh)) return undefined
    const node: NodeDraft = {
      ...before,
      raw_code: fresh.raw_code,
      checksum: fresh.checksum,
      created_at: fresh.created_at,
      refs: fresh.refs ?? [],
      sources: fresh.sources ?? [],
      metrics: fresh.metrics ?? [],
      functions: fresh.functions ?? [],
      depends_on: fresh.depends_on,
    }
    builder.nodes.set(node.unique_id, node)
    builder.setPlace(node, place)
    edited.push(node)
  }
  try {
    const references = new ReferenceResolver(parsing)
    for (const node of edited) references.resolve(node)
  } catch {
    return undefined
  }
  return builder.errors.length === 0 ? edited.map((node) => node.unique_id) : undefined
}

/**
 * What a model's file says to others, as a hash: refs, sources and the like, macros called, config. null for models of which more than that
 * must be looked at when they are edited.
 */
export function saidOf(node: NodeDraft): string | null {
  return isSimple(node) ? said(node) : null
}

/** Whether the edited models say what they said before: only their SQL is another. */
export function saysTheSame(parsing: Parsing, changed: CacheHit['changed']): boolean {
  return changed.every(({ scope, file, said: before }) => {
    const fresh = render(parsing, scope, file, file.relativePath.replace(/^.*\//, '').replace(/\.[^./]+$/, ''))
    return before !== null && fresh !== undefined && !hasHooks(fresh) && said(fresh) === before
  })
}

function said(node: NodeDraft): string | null {
  const { refs, sources, metrics, functions, config_call_dict: calls, unrendered_config_call_dict: unrendered } = node
  const { macros } = node.depends_on
  const parts = [node.unique_id, refs, sources, metrics, functions, macros, calls, unrendered]
  // Where there is nothing that JSON does not tell apart it writes the same in one go.
  const plain = isFlat(calls) && isFlat(unrendered) && refs?.every(({ version }) => isScalar(version))
  const text = plain ? JSON.stringify(parts) : dataText(parts)
  return text === undefined ? null : hash('sha256', text).slice(0, 20)
}

function isFlat(calls: Readonly<Record<string, unknown>> | undefined): boolean {
  for (const key in calls) if (!isScalar(calls[key])) return false
  return true
}

function isScalar(value: unknown): boolean {
  return value === null || ['string', 'boolean', 'number'].includes(typeof value)
}

function isSimple(node: NodeDraft): boolean {
  const { name, version, package_name: packageName } = node
  return (
    node.unique_id === `model.${packageName}.${name}` &&
    (version === null || version === undefined) &&
    node.config['enabled'] !== false &&
    node.raw_code.trim() !== '' &&
    !hasHooks(node) &&
    // References of foreign keys stand in the properties, not in the file.
    !hasForeignKey(node.constraints) &&
    !Object.values(node.columns).some((column) => hasForeignKey(column.constraints))
  )
}

function hasForeignKey(constraints: readonly { readonly type: string }[] | undefined): boolean {
  return constraints?.some((constraint) => constraint.type === 'foreign_key') ?? false
}

function render(parsing: Parsing, scope: PackageScope, file: SourceFile, name: string): NodeDraft | undefined {
  const place = filePlace(file)
  try {
    const fresh = newNode(parsing, {
      kind: 'model',
      scope,
      name,
      path: file.relativePath,
      originalPath: file.originalPath,
      fqn: fqnOf(scope.config.name, file.relativePath, name),
      uniqueId: `model.${scope.config.name}.${name}`,
      code: file.text,
      checksum: file.checksum,
      place,
    })
    renderNode(parsing, fresh, place)
    return fresh
  } catch {
    return undefined
  }
}

function hasHooks(node: NodeDraft): boolean {
  return ['pre-hook', 'post-hook'].some((key) => {
    const hooks = node.config[key]
    return Array.isArray(hooks) && hooks.length > 0
  })
}

function sameCalls(before: NodeDraft, fresh: NodeDraft): boolean {
  return (['config_call_dict', 'unrendered_config_call_dict'] as const).every((key) => {
    const text = dataText(before[key])
    return text !== undefined && text === dataText(fresh[key])
  })
}
