import type { ConfiguredKind } from './project-keys.ts'

/** How a value of the same key joins the one before it; every key not listed replaces it. */
export type MergeRule = 'append' | 'update' | 'grants' | 'lay over'

/** dbt's merge rules. They hold for a key where the kind has that field. */
export const MERGE_RULES: Readonly<Record<string, MergeRule>> = {
  tags: 'append',
  'pre-hook': 'append',
  'post-hook': 'append',
  packages: 'append',
  meta: 'update',
  quoting: 'update',
  column_types: 'update',
  docs: 'update',
  contract: 'update',
  grants: 'grants',
  // tdbt's own: a null takes away what a level above had set.
  load: 'lay over',
}

type Fields = Readonly<Record<string, unknown>>

const NODE_AND_TEST: Fields = {
  enabled: true,
  alias: null,
  schema: null,
  database: null,
  tags: [],
  meta: {},
  group: null,
  static_analysis: null,
}

const NODE: Fields = {
  ...NODE_AND_TEST,
  materialized: 'view',
  incremental_strategy: null,
  batch_size: null,
  lookback: 1,
  begin: null,
  persist_docs: {},
  'post-hook': [],
  'pre-hook': [],
  quoting: {},
  column_types: {},
  full_refresh: null,
  unique_key: null,
  on_schema_change: 'ignore',
  on_configuration_change: 'apply',
  grants: {},
  packages: [],
  docs: { show: true, node_color: null },
  contract: { enforced: false, alias_types: true },
  event_time: null,
  concurrent_batches: null,
}

/** The config of each kind before anything was set: dbt's fields, in dbt's order, with dbt's defaults. */
export const CONFIG_DEFAULTS: Readonly<Record<ConfiguredKind, Fields>> = {
  model: { ...NODE, access: 'protected', freshness: null },
  analysis: NODE,
  operation: NODE,
  sql_operation: NODE,
  seed: { ...NODE, materialized: 'seed', delimiter: ',', quote_columns: null },
  snapshot: {
    ...NODE,
    materialized: 'snapshot',
    strategy: null,
    target_schema: null,
    target_database: null,
    updated_at: null,
    check_cols: null,
    snapshot_meta_column_names: {
      dbt_valid_to: null,
      dbt_valid_from: null,
      dbt_scd_id: null,
      dbt_updated_at: null,
      dbt_is_deleted: null,
    },
    dbt_valid_to_current: null,
  },
  test: {
    ...NODE_AND_TEST,
    schema: 'dbt_test__audit',
    materialized: 'test',
    severity: 'ERROR',
    store_failures: null,
    store_failures_as: null,
    where: null,
    limit: null,
    fail_calc: 'count(*)',
    warn_if: '!= 0',
    error_if: '!= 0',
  },
  function: {
    ...NODE,
    materialized: 'function',
    type: 'scalar',
    volatility: null,
    runtime_version: null,
    entry_point: null,
  },
  source: {
    enabled: true,
    event_time: null,
    freshness: { warn_after: { count: null, period: null }, error_after: { count: null, period: null }, filter: null },
    loaded_at_field: null,
    loaded_at_query: null,
    meta: {},
    tags: [],
    static_analysis: null,
  },
  unit_test: { tags: [], meta: {}, enabled: true, static_analysis: null },
  exposure: { enabled: true, tags: [], meta: {} },
  group: { meta: {} },
  metric: { enabled: true, group: null, meta: {} },
  semantic_model: { enabled: true, group: null, meta: {} },
  saved_query: {
    enabled: true,
    group: null,
    meta: {},
    export_as: null,
    schema: null,
    cache: { enabled: false },
  },
}

/** Fields with a merge rule that no config has before it is written: dbt's readers see the keys they know. */
export const OPTIONAL_FIELDS: ReadonlySet<string> = new Set(['load'])

/** Fields of which the kind's merge rule differs from MERGE_RULES: these kinds replace their tags. */
export const REPLACED_TAGS: ReadonlySet<ConfiguredKind> = new Set(['source', 'exposure'])

/** Config keys that adapters and packages give a meaning to: known names for did-you-mean, with no default. */
export const EXTRA_KNOWN_KEYS: ReadonlySet<string> = new Set([
  'on_error',
  'latest_version_pointer',
  'indexes',
  'unlogged',
  'hard_deletes',
  'invalidate_hard_deletes',
  'sort',
  'sort_type',
  'dist',
  'bind',
  'backup',
  'auto_refresh',
  'sql_header',
  'incremental_predicates',
  'merge_update_columns',
  'merge_exclude_columns',
  'partition_by',
  'cluster_by',
  'properties',
  'format',
  'location',
  'connection',
  'load',
  'export',
  'python_version',
  // dbt-duckdb's
  'merge_update_condition',
  'merge_insert_condition',
  'merge_update_set_expressions',
  'merge_on_using_columns',
  'merge_returning_columns',
  'merge_clauses',
  'options',
  'delimiter',
  'parquet_read_options',
  'csv_read_options',
  'json_read_options',
  'parameters',
  'fast',
  'external_location',
  'formatter',
])
