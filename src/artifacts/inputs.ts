import type { CompiledNode, FreshnessResult, Invocation, JsonObject, Manifest, NodeResult } from '../core/index.ts'

/** Inputs of the writers: what the run and the catalog query gave, as plain data. */

export interface ManifestInput {
  readonly manifest: Manifest
  readonly invocation: Invocation
  /** What was compiled, by unique_id: gives `compiled`, `compiled_code`, `extra_ctes`… of those nodes. */
  readonly compiled?: ReadonlyMap<string, CompiledNode> | undefined
  /** Where the texts of executed nodes went, by unique_id: `build_path`. */
  readonly executed?: ReadonlyMap<string, string> | undefined
  /** Target folder as `compiled_path` names it, from the project's root; `target` when absent. */
  readonly targetPath?: string | undefined
}

export interface RunResultsInput {
  readonly results: readonly NodeResult[]
  readonly invocation: Invocation
  readonly elapsedSeconds: number
  /** Further entries of the `args` block, in dbt's snake_case (`select`, `exclude`, `selector`, `macro`, `args`…). */
  readonly args?: JsonObject | undefined
}

export interface SourcesInput {
  readonly results: readonly FreshnessResult[]
  readonly invocation: Invocation
  readonly elapsedSeconds: number
}

export interface CatalogInput {
  readonly manifest: Manifest
  /** Rows of the adapter's catalog query, dbt's column names. */
  readonly rows: readonly Readonly<Record<string, string | number | null>>[]
  readonly invocation: Invocation
  /** Relations that could not be read; null when all went well. */
  readonly errors?: readonly string[] | null | undefined
}

/** A compiled or executed text; the `ProducedFile` of run/ satisfies it. */
export interface ProducedText {
  /** `compiled` → target/compiled/<path>, `run` → target/run/<path>. */
  readonly kind: 'compiled' | 'run'
  readonly path: string
  readonly text: string
}
