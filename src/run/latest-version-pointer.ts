import { modelVariable } from '../compile/index.ts'
import { isJsonObject, type ManifestNode, type ModelNode, TdbtError } from '../core/index.ts'
import { drive, pyGetAttr, pyStr } from '../jinja/index.ts'
import { materializeRelations } from './materialize.ts'
import type { NodeWork } from './run-state.ts'

interface Pointer {
  readonly enabled: boolean
  readonly alias: string | null
}

/** dbt 1.12's config `latest_version_pointer`: a word, or a mapping; where it says nothing the project's flag does. */
function pointerOf(work: NodeWork, node: ModelNode): Pointer {
  const byFlag = work.runtime.behavior('latest_version_pointer_enabled_by_default', false)
  const config = node.config['latest_version_pointer'] ?? null
  if (typeof config === 'boolean') return { enabled: config, alias: null }
  if (!isJsonObject(config)) return { enabled: byFlag, alias: null }
  const { enabled, alias } = config
  return {
    enabled: typeof enabled === 'boolean' ? enabled : byFlag,
    alias: alias === undefined || alias === null ? null : String(alias).trim(),
  }
}

/**
 * Beside the latest version of a versioned model: a view under the model's name without a version that selects all of it. The view
 * has the model's grants and none of its hooks and comments. Nothing for other nodes, and where the pointer is not enabled.
 */
export async function updateLatestVersionPointer(work: NodeWork, node: ManifestNode): Promise<void> {
  if (node.resource_type !== 'model' || (node.version ?? null) === null || node.version !== node.latest_version) return
  const pointer = pointerOf(work, node)
  if (!pointer.enabled) return
  const source = work.runtime.relations.ofNode(node)
  const identifier = await pointerIdentifier(work, node, pointer.alias)
  const own = pyStr(pyGetAttr(source, 'identifier'))
  const quoted = work.runtime.project.adapter.dialect.quoting.identifier
  if (quoted ? own === identifier : own.toLowerCase() === identifier.toLowerCase()) {
    throw new TdbtError(
      'T4001',
      `Cannot create latest version pointer: the latest version of '${node.name}' is already aliased to '${identifier}'.`,
      {
        nodeId: node.unique_id,
        hint: 'Set latest_version_pointer: {enabled: false}, or take the alias away.',
      },
    )
  }
  const sql = `select * from ${source.render()}`
  const view: ModelNode = {
    ...node,
    alias: identifier,
    raw_code: sql,
    columns: {},
    unique_id: `${node.unique_id}__latest_version_pointer`,
    relation_name: source.incorporate({ path: { identifier } }).render(),
    config: {
      ...node.config,
      materialized: 'view',
      contract: { enforced: false, alias_types: true },
      'pre-hook': [],
      'post-hook': [],
      persist_docs: {},
    },
  }
  const compiled = {
    unique_id: view.unique_id,
    compiled_code: sql,
    extra_ctes: [],
    extra_ctes_injected: true,
    relation_name: view.relation_name,
    compiled_path: null,
  }
  const { executedPath } = work
  await materializeRelations(work, { node: view, compiled: { node: compiled, ownSql: sql }, materialization: 'view' })
  // A message about the model names the model's file.
  work.executedPath = executedPath
}

/** What the project's `generate_latest_version_pointer_alias` says, by default the model's name. */
async function pointerIdentifier(work: NodeWork, node: ModelNode, alias: string | null): Promise<string> {
  const name = await drive(
    work.scope.executeMacro('generate_latest_version_pointer_alias', {
      custom_alias_name: alias,
      node: modelVariable(node, {}),
    }),
  )
  return pyStr(name).trim()
}
