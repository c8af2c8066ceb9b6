import type { SqlOperationNode } from '../core/index.ts'
import type { LoadedProject } from './load-project.ts'
import { ManifestBuilder } from './manifest-builder.ts'
import type { Parsing } from './parsing.ts'
import { sha256 } from './project-files.ts'
import { ReferenceResolver } from './resolve-references.ts'
import { newNode, renderNode } from './sql-nodes.ts'

/**
 * Makes the node of `show --inline` and `compile --inline`: SQL of the root project that is in no file. Throws what parsing
 * throws (T2001, T3001…), with places in the text given.
 */
export function parseInline(project: LoadedProject, sql: string, name = 'inline_query'): SqlOperationNode {
  const { root } = project.parsing
  const code = sql.trim()
  const place = { location: () => ({ file: name, line: 1, column: 1 }), source: code }
  const builder = new ManifestBuilder()
  const own: Parsing = { ...project.parsing, builder: overlay(project.parsing.builder, builder) }
  const node = newNode(own, {
    kind: 'sql_operation',
    scope: root,
    name,
    path: `sql/${name}`,
    originalPath: 'from remote system',
    fqn: [project.config.name, 'sql', name],
    uniqueId: `sql_operation.${project.config.name}.${name}`,
    code,
    checksum: { name: 'sha256', checksum: sha256(code) },
    place,
  })
  builder.setPlace(node, place)
  builder.attempt(() => {
    renderNode(own, node, place)
    new ReferenceResolver({ ...own, builder: own.builder }).resolve(node)
  }, node)
  builder.throwIfFailed()
  return node as unknown as SqlOperationNode
}

/** The project's resources with errors and places of its own, so that the project is not written to. */
function overlay(project: ManifestBuilder, own: ManifestBuilder): ManifestBuilder {
  for (const key of ['nodes', 'functions', 'sources', 'macros', 'docs', 'exposures', 'disabled'] as const) {
    const target = own[key] as Map<string, unknown>
    for (const [id, value] of project[key]) target.set(id, value)
  }
  return own
}
