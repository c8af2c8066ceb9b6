import type { ColumnInfo, Constraint, FileHash, JsonObject, RefArgs, SourceLocation } from '../core/index.ts'
import type { ConfigDict } from './merge-config.ts'

export type NodeKind = 'model' | 'seed' | 'snapshot' | 'test' | 'analysis' | 'operation' | 'sql_operation' | 'function'

export type NodeVersion = string | number

/**
 * A node of the manifest while it is being made: the parser, its properties and the resolution of names each write their part.
 * The fields are those of `ManifestNode`; which ones exist depends on the kind.
 */
export interface NodeDraft {
  database: string | null
  schema: string
  name: string
  resource_type: NodeKind
  package_name: string
  path: string
  original_file_path: string
  unique_id: string
  fqn: string[]
  alias: string
  checksum: FileHash
  config: ConfigDict
  tags: string[]
  description: string
  columns: Record<string, ColumnInfo>
  meta: JsonObject
  group: string | null
  docs: { show: boolean; node_color: string | null }
  patch_path: string | null
  build_path: string | null
  unrendered_config: JsonObject
  created_at: number
  config_call_dict: JsonObject
  unrendered_config_call_dict: JsonObject
  relation_name: string | null
  raw_code: string
  doc_blocks: string[]
  depends_on: { macros: string[]; nodes: string[] }
  // All but seeds:
  language?: string
  refs?: RefArgs[]
  sources?: [string, string][]
  metrics?: string[][]
  functions?: string[][]
  contract?: { enforced: boolean; alias_types: boolean; checksum: string | null }
  // Models:
  access?: string
  constraints?: Constraint[]
  version?: NodeVersion | null
  latest_version?: NodeVersion | null
  deprecation_date?: string | null
  primary_key?: string[]
  time_spine?: JsonObject | null
  // Seeds:
  root_path?: string | null
  // Hooks:
  index?: number | null
  // Generic tests:
  column_name?: string | null
  file_key_name?: string | null
  attached_node?: string | null
  test_metadata?: { name: string; kwargs: Record<string, unknown>; namespace: string | null }
  // Functions:
  arguments?: JsonObject[]
  returns?: JsonObject
}

/** Where a resource was written. `location` is asked for only when it is needed. */
export interface Place {
  readonly location: () => SourceLocation
  /** The whole text of that file. */
  readonly source: string
}

/** What every resource that can be disabled or referenced has. */
export interface ResourceDraft {
  unique_id: string
  name: string
  package_name: string
  original_file_path: string
  resource_type: string
  config: ConfigDict
}

export function isVersioned(node: NodeDraft): boolean {
  return node.resource_type === 'model' && node.version !== undefined && node.version !== null
}

/** Kinds that `ref` can name. */
export function isRefable(kind: string): boolean {
  return kind === 'model' || kind === 'seed' || kind === 'snapshot'
}
