import type { JsonObject } from './json.ts'

/**
 * The resources of a project, in the shape that dbt's manifest v12 gives them (snake_case, dbt's names). One shape serves the
 * parser, the Jinja variables `model` and `graph`, and the artifact writer, so nothing is translated on the way. Values are
 * plain and readonly: a later phase makes a new value, it never writes into an older one.
 */
export type ResourceType =
  | 'model'
  | 'seed'
  | 'snapshot'
  | 'test'
  | 'analysis'
  | 'operation'
  | 'sql_operation'
  | 'unit_test'
  | 'source'
  | 'exposure'
  | 'macro'
  | 'doc'
  | 'group'
  | 'metric'
  | 'semantic_model'
  | 'saved_query'
  | 'function'

export type Materialization =
  | 'view'
  | 'table'
  | 'incremental'
  | 'ephemeral'
  | 'materialized_view'
  | 'seed'
  | 'snapshot'
  | 'test'
  | (string & {})

export interface FileHash {
  readonly name: 'sha256' | 'none' | 'path'
  readonly checksum: string
}

export interface RefArgs {
  readonly name: string
  readonly package: string | null
  readonly version: string | number | null
}

export interface Hook {
  readonly sql: string
  readonly transaction: boolean
  readonly index: number | null
}

export interface ColumnInfo {
  readonly name: string
  readonly description: string
  readonly meta: JsonObject
  readonly data_type: string | null
  readonly constraints: readonly Constraint[]
  readonly quote: boolean | null
  readonly config: JsonObject
  readonly tags: readonly string[]
  readonly granularity: string | null
  readonly doc_blocks: readonly string[]
  /** Keys that dbt passes through untouched. */
  readonly [extra: string]: unknown
}

export interface Constraint {
  readonly type: 'check' | 'not_null' | 'unique' | 'primary_key' | 'foreign_key' | 'custom'
  readonly name: string | null
  readonly expression: string | null
  readonly warn_unenforced: boolean
  readonly warn_unsupported: boolean
  readonly to: string | null
  readonly to_columns: readonly string[]
  /** Model-level constraints only. */
  readonly columns?: readonly string[]
}

/**
 * A node's resolved config: every key that dbt knows for its kind, with dbt's defaults, then whatever else the user wrote.
 * `materialized`, `enabled`, `tags`, `meta`, `schema`, `database`, `alias`, `pre-hook`, `post-hook` are always there on
 * executable nodes.
 */
export interface NodeConfig {
  readonly enabled: boolean
  readonly materialized?: Materialization
  readonly schema?: string | null
  readonly database?: string | null
  readonly alias?: string | null
  readonly tags?: readonly string[] | string
  readonly meta?: JsonObject
  readonly group?: string | null
  readonly 'pre-hook'?: readonly Hook[]
  readonly 'post-hook'?: readonly Hook[]
  readonly quoting?: JsonObject
  readonly column_types?: JsonObject
  readonly full_refresh?: boolean | null
  readonly unique_key?: string | readonly string[] | null
  readonly on_schema_change?: string | null
  readonly incremental_strategy?: string | null
  readonly contract?: { readonly enforced: boolean; readonly alias_types: boolean }
  readonly severity?: string
  readonly store_failures?: boolean | null
  readonly store_failures_as?: string | null
  readonly where?: string | null
  readonly limit?: number | null
  readonly fail_calc?: string
  readonly warn_if?: string
  readonly error_if?: string
  readonly [extra: string]: unknown
}

export interface DependsOn {
  readonly macros: readonly string[]
  readonly nodes: readonly string[]
}

interface GraphResource {
  readonly name: string
  readonly package_name: string
  /** Path below its resource folder, e.g. `gold/dim_customers.sql`. */
  readonly path: string
  /** Path from the package's root, e.g. `models/gold/dim_customers.sql`. */
  readonly original_file_path: string
  readonly unique_id: string
  readonly fqn: readonly string[]
}

interface ParsedNodeBase extends GraphResource {
  readonly database: string | null
  readonly schema: string
  readonly alias: string
  readonly checksum: FileHash
  readonly config: NodeConfig
  readonly tags: readonly string[]
  readonly description: string
  readonly columns: Readonly<Record<string, ColumnInfo>>
  readonly meta: JsonObject
  readonly group: string | null
  readonly docs: { readonly show: boolean; readonly node_color: string | null }
  /** `package://path/to/file.yml` of the properties entry, null without one. */
  readonly patch_path: string | null
  readonly build_path: string | null
  readonly unrendered_config: JsonObject
  readonly created_at: number
  readonly config_call_dict: JsonObject
  readonly unrendered_config_call_dict: JsonObject
  /** Quoted, dotted name as the adapter renders it; null for ephemeral models and for tests that store nothing. */
  readonly relation_name: string | null
  readonly raw_code: string
  readonly doc_blocks: readonly string[]
  readonly depends_on: DependsOn
}

/** What nodes with SQL of their own have besides: what the parse-time render captured. */
interface SqlNodeBase extends ParsedNodeBase {
  readonly language: string
  readonly refs: readonly RefArgs[]
  readonly sources: readonly (readonly [string, string])[]
  readonly metrics: readonly (readonly string[])[]
  readonly functions: readonly (readonly string[])[]
  readonly contract: {
    readonly enforced: boolean
    readonly alias_types: boolean
    readonly checksum: string | null
  }
}

export interface ModelNode extends SqlNodeBase {
  readonly resource_type: 'model'
  readonly access: 'private' | 'protected' | 'public'
  readonly constraints: readonly Constraint[]
  readonly version: string | number | null
  readonly latest_version: string | number | null
  readonly deprecation_date: string | null
  readonly primary_key: readonly string[]
  readonly time_spine: JsonObject | null
}

export interface SeedNode extends ParsedNodeBase {
  readonly resource_type: 'seed'
  /** Absolute path of the package that the CSV file is in. */
  readonly root_path: string | null
}

export interface SnapshotNode extends SqlNodeBase {
  readonly resource_type: 'snapshot'
}

export interface AnalysisNode extends SqlNodeBase {
  readonly resource_type: 'analysis'
}

/** An on-run-start or on-run-end hook. */
export interface OperationNode extends SqlNodeBase {
  readonly resource_type: 'operation'
  readonly index: number | null
}

/** The node that `show --inline` and `compile --inline` make. */
export interface SqlOperationNode extends SqlNodeBase {
  readonly resource_type: 'sql_operation'
}

export interface TestMetadata {
  readonly name: string
  readonly kwargs: JsonObject
  readonly namespace: string | null
}

/** A data test: generic when it has `test_metadata`, singular otherwise. */
export interface TestNode extends SqlNodeBase {
  readonly resource_type: 'test'
  readonly test_metadata?: TestMetadata
  readonly column_name?: string | null
  readonly file_key_name?: string | null
  readonly attached_node?: string | null
}

export interface FunctionNode extends SqlNodeBase {
  readonly resource_type: 'function'
  readonly arguments: readonly JsonObject[]
  readonly returns: JsonObject
}

/** What stands under `nodes` in a manifest. */
export type ManifestNode =
  | ModelNode
  | SeedNode
  | SnapshotNode
  | AnalysisNode
  | OperationNode
  | SqlOperationNode
  | TestNode
  | FunctionNode

export interface FreshnessThreshold {
  readonly warn_after: { readonly count: number | null; readonly period: string | null } | null
  readonly error_after: { readonly count: number | null; readonly period: string | null } | null
  readonly filter: string | null
}

export interface SourceNode extends GraphResource {
  readonly resource_type: 'source'
  readonly database: string | null
  readonly schema: string
  readonly source_name: string
  readonly source_description: string
  readonly loader: string
  readonly identifier: string
  readonly quoting: {
    readonly database: boolean | null
    readonly schema: boolean | null
    readonly identifier: boolean | null
    readonly column: boolean | null
  }
  readonly loaded_at_field: string | null
  readonly loaded_at_query: string | null
  readonly freshness: FreshnessThreshold | null
  readonly external: JsonObject | null
  readonly description: string
  readonly columns: Readonly<Record<string, ColumnInfo>>
  readonly meta: JsonObject
  readonly source_meta: JsonObject
  readonly tags: readonly string[]
  readonly config: NodeConfig
  readonly patch_path: string | null
  readonly unrendered_config: JsonObject
  readonly relation_name: string
  readonly created_at: number
  readonly unrendered_database: string | null
  readonly unrendered_schema: string | null
  readonly doc_blocks: readonly string[]
}

export interface ExposureNode extends GraphResource {
  readonly resource_type: 'exposure'
  readonly type: 'dashboard' | 'notebook' | 'analysis' | 'ml' | 'application' | (string & {})
  readonly owner: JsonObject
  readonly description: string
  readonly label: string | null
  readonly maturity: string | null
  readonly meta: JsonObject
  readonly tags: readonly string[]
  readonly config: NodeConfig
  readonly unrendered_config: JsonObject
  readonly url: string | null
  readonly depends_on: DependsOn
  readonly refs: readonly RefArgs[]
  readonly sources: readonly (readonly [string, string])[]
  readonly metrics: readonly (readonly string[])[]
  readonly created_at: number
}

export interface MacroArgument {
  readonly name: string
  readonly type: string | null
  readonly description: string
}

export interface MacroNode {
  readonly resource_type: 'macro'
  readonly name: string
  readonly package_name: string
  readonly path: string
  readonly original_file_path: string
  readonly unique_id: string
  /** The whole block, `{% macro … %}` to `{% endmacro %}`. */
  readonly macro_sql: string
  readonly depends_on: { readonly macros: readonly string[] }
  readonly description: string
  readonly meta: JsonObject
  readonly docs: { readonly show: boolean; readonly node_color: string | null }
  readonly config: JsonObject
  readonly patch_path: string | null
  readonly arguments: readonly MacroArgument[]
  readonly created_at: number
  readonly supported_languages: readonly string[] | null
}

export interface DocNode {
  readonly resource_type: 'doc'
  readonly name: string
  readonly package_name: string
  readonly path: string
  readonly original_file_path: string
  readonly unique_id: string
  readonly block_contents: string
}

export interface GroupNode {
  readonly resource_type: 'group'
  readonly name: string
  readonly package_name: string
  readonly path: string
  readonly original_file_path: string
  readonly unique_id: string
  readonly owner: JsonObject
  readonly description: string | null
  readonly config: JsonObject
}

export interface UnitTestNode extends GraphResource {
  readonly resource_type: 'unit_test'
  readonly model: string
  readonly given: readonly JsonObject[]
  readonly expect: JsonObject
  readonly description: string
  readonly overrides: JsonObject | null
  readonly depends_on: DependsOn
  readonly config: NodeConfig
  readonly checksum: string | null
  readonly schema: string | null
  readonly created_at: number
  readonly versions: JsonObject | null
  readonly version: string | number | null
}

/** Metrics, semantic models and saved queries are carried as they are written in the manifest. */
export interface SemanticResource extends GraphResource {
  readonly resource_type: 'metric' | 'semantic_model' | 'saved_query'
  readonly depends_on: DependsOn
  readonly config: NodeConfig
  readonly [extra: string]: unknown
}

/** Whatever can stand in the DAG and be selected. */
export type GraphNode = ManifestNode | SourceNode | ExposureNode | UnitTestNode | SemanticResource
