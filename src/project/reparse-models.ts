import type { NodeDraft } from './drafts.ts'
import type { CacheHit } from './parse-cache.ts'
import type { Parsing } from './parsing.ts'
import { ReferenceResolver } from './resolve-references.ts'
import { filePlace, fqnOf, newNode, renderNode } from './sql-nodes.ts'

/**
 * Parses edited models anew inside a manifest of before. Only where nothing but text, refs and macros of the model changed: an edit
 * of its config() calls, hooks, or an error of any kind, gives false, and the whole project is to be parsed.
 */
export function reparseModels(parsing: Parsing, changed: CacheHit['changed']): boolean {
  const { builder } = parsing
  if (changed.length === 0) return true
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
    const name = before?.name
    if (!before || second || name === undefined || before.version !== null || before.config['enabled'] === false)
      return false
    if (before.unique_id !== `model.${scope.config.name}.${name}` || hasHooks(before)) return false
    const place = filePlace(file)
    let fresh: NodeDraft
    try {
      fresh = newNode(parsing, {
        kind: 'model',
        scope,
        name,
        path: file.relativePath,
        originalPath: file.originalPath,
        fqn: fqnOf(scope.config.name, file.relativePath, name),
        uniqueId: before.unique_id,
        code: file.text,
        checksum: file.checksum,
        place,
      })
      renderNode(parsing, fresh, place)
    } catch {
      return false
    }
    if (hasHooks(fresh) || !sameCalls(before, fresh)) return false
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
    return false
  }
  return builder.errors.length === 0
}

function hasHooks(node: NodeDraft): boolean {
  return ['pre-hook', 'post-hook'].some((key) => {
    const hooks = node.config[key]
    return Array.isArray(hooks) && hooks.length > 0
  })
}

function sameCalls(before: NodeDraft, fresh: NodeDraft): boolean {
  return (['config_call_dict', 'unrendered_config_call_dict'] as const).every(
    (key) => JSON.stringify(before[key]) === JSON.stringify(fresh[key]),
  )
}
