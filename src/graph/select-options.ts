import type { Manifest, ResourceType } from '../core/index.ts'
import type { Dag } from './dag.ts'
import type { PreviousState } from './previous-state.ts'

export type IndirectSelection = 'eager' | 'cautious' | 'buildable' | 'empty'

export interface SelectOptions {
  readonly manifest: Manifest
  /** As `buildDag` gives it, without test edges. */
  readonly dag: Dag
  /** Values of `--select`, each maybe several specs apart by spaces; empty = dbt's default (everything). */
  readonly select: readonly string[]
  readonly exclude: readonly string[]
  /** `--selector`: name of a YAML selector; `select` and `exclude` are not looked at then. */
  readonly selector?: string | undefined
  /** Used where a YAML criterion does not say another one. */
  readonly indirectSelection: IndirectSelection
  /** Only these kinds stay in the result; absent = all. */
  readonly resourceTypes?: readonly ResourceType[] | undefined
  readonly excludeResourceTypes?: readonly ResourceType[] | undefined
  /** Nodes whose file holds nothing but blanks: `ls` shows them, every other command passes them over (default). */
  readonly includeEmpty?: boolean | undefined
  /** Without it `state:`, `result:` and `source_status:` are errors (T0002). */
  readonly state?: PreviousState | undefined
  /**
   * A criterion without any hit gives a warning; default true. dbt warns once per intersection and per `--exclude` part
   * and never for YAML selectors.
   */
  readonly warnOnNoNodes?: boolean | undefined
}

export interface Selection {
  /** In the DAG's topological order. */
  readonly ids: ReadonlySet<string>
  /** dbt's "does not match any enabled nodes" and the like, ready to print. */
  readonly warnings: readonly string[]
  /** The YAML selector that was used: the one asked for, or the default one; null when the command line's specs were. */
  readonly selectorName: string | null
}
