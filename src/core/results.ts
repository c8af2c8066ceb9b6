import type { JsonObject } from './json.ts'

/** dbt's status words: models and seeds give success/error/skipped, tests pass/fail/warn/error/skipped, freshness pass/warn/error/runtime error. */
export type NodeStatus =
  | 'success'
  | 'error'
  | 'fail'
  | 'warn'
  | 'skipped'
  | 'pass'
  | 'partial success'
  | 'no-op'
  | 'runtime error'

export interface Timing {
  readonly name: 'compile' | 'execute'
  /** ISO 8601 in UTC with microseconds and a final Z, as dbt writes it. */
  readonly started_at: string
  readonly completed_at: string
}

/** What the engine said of a statement. */
export interface AdapterResponse {
  /** e.g. `SELECT 42`, `CREATE VIEW`; what dbt prints beside OK. */
  readonly _message?: string
  readonly code?: string
  readonly rows_affected?: number
  readonly [extra: string]: unknown
}

/** The outcome of one node, in run_results v6's shape; durations in seconds. */
export interface NodeResult {
  readonly unique_id: string
  readonly status: NodeStatus
  readonly timing: readonly Timing[]
  readonly thread_id: string
  readonly execution_time: number
  readonly adapter_response: AdapterResponse
  readonly message: string | null
  /** Failing rows of a test; null for anything else. */
  readonly failures: number | null
  readonly compiled: boolean | null
  readonly compiled_code: string | null
  readonly relation_name: string | null
  readonly batch_results: JsonObject | null
}

/** The outcome of a source's freshness check, in the shape of sources v3's entries. */
export interface FreshnessResult {
  readonly unique_id: string
  readonly status: 'pass' | 'warn' | 'error' | 'runtime error'
  readonly error?: string
  readonly max_loaded_at?: string
  readonly snapshotted_at?: string
  readonly max_loaded_at_time_ago_in_s?: number
  readonly criteria?: JsonObject
  readonly adapter_response?: JsonObject
  readonly timing: readonly Timing[]
  readonly thread_id: string
  readonly execution_time: number
}

/** What compiling a node gave; the node itself is not touched. */
export interface CompiledNode {
  readonly unique_id: string
  readonly compiled_code: string
  readonly extra_ctes: readonly { readonly id: string; readonly sql: string }[]
  readonly extra_ctes_injected: boolean
  readonly relation_name: string | null
  /** Relative path under target/compiled/<package>. */
  readonly compiled_path: string | null
  /** Macros that the node's own text called when it was compiled: with execute true there may be more of them than parsing saw. */
  readonly macros?: readonly string[]
  /** Of a project hook: its place among those of the run, from 1; before it runs, its place in its own project. */
  readonly index?: number
}
