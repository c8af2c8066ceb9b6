import type { Engine } from '../adapters/interface.ts'
import type { RuntimeProject } from '../compile/index.ts'
import type { Table } from '../context/index.ts'
import type {
  CompiledNode,
  EventSink,
  FreshnessResult,
  Invocation,
  JsonObject,
  Manifest,
  NodeResult,
  SeedNode,
  SqlOperationNode,
  TdbtError,
} from '../core/index.ts'
import type { Dag } from '../graph/index.ts'
import type { ResourceRunners } from './resource-runners.ts'

/** What a run does with each selected node. `build` also runs seeds, snapshots, tests, loads and exports in one order. */
export type RunCommand =
  | 'run'
  | 'build'
  | 'test'
  | 'seed'
  | 'snapshot'
  | 'compile'
  | 'show'
  | 'clone'
  | 'source freshness'
  | 'load'
  | 'export'

/** A text that a run produced for target/: artifacts/ or the caller writes it. */
export interface ProducedFile {
  /** `compiled` → target/compiled/<path>, `run` → target/run/<path>. */
  readonly kind: 'compiled' | 'run'
  /** Below that folder, starting with the package's name: `shop/models/gold/orders.sql`. */
  readonly path: string
  readonly text: string
}

export interface ExecuteOptions {
  readonly project: RuntimeProject
  /** DAG of the whole project, as `buildDag` of graph/ gives it (without test edges; the executor adds them for `build`). */
  readonly dag: Dag
  /** unique_ids chosen by the selectors; what the command cannot run among them is left out (ephemeral models are compiled, not run). */
  readonly selected: ReadonlySet<string>
  readonly command: RunCommand
  /** Not closed by the executor. */
  readonly engine: Engine
  readonly invocation: Invocation
  readonly emit: EventSink
  /** Aborting cancels running statements, rolls their nodes back and skips the rest; executeNodes then resolves with `interrupted`. */
  readonly signal?: AbortSignal | undefined
  /** The text of a seed's CSV file. */
  readonly readSeed: (node: SeedNode) => Promise<string>
  /** How sources are loaded and exposures exported; without them they stay what they are in dbt. */
  readonly runners?: ResourceRunners | undefined
  /** Called for each compiled and executed text. Errors end the node with T7002. */
  readonly writeFile?: (file: ProducedFile) => Promise<void> | undefined
  /** Sessions at once; the target's threads when absent. */
  readonly threads?: number | undefined
  /** Manifest of `--state`/`--defer-state`: needed by defer and clone. */
  readonly previous?: Manifest | undefined
  /** show: rows to read at most; null reads all; default 5. */
  readonly limit?: number | null | undefined
  /** show/compile --inline: the node that `parseInline` made; it is compiled and run beside the selected ones. */
  readonly inline?: SqlOperationNode | undefined
  /** For tests: whether built-in materializations may be played from scripts, by default true, and who is told of each model that was. */
  readonly scripts?: { readonly use: boolean; readonly onPlayed?: (uniqueId: string) => void } | undefined
  /** retry of microbatch models: batches that had failed, by unique_id, as run_results recorded them. */
  readonly retryBatches?: Readonly<Record<string, readonly (readonly [start: string, end: string])[]>> | undefined
}

export interface RunOutcome {
  /** In the order of completion, as dbt writes them. */
  readonly results: readonly NodeResult[]
  /** Errors behind results with status `error`, by unique_id. */
  readonly errors: ReadonlyMap<string, TdbtError>
  /** What was compiled, by unique_id: goes into manifest.json. */
  readonly compiled: ReadonlyMap<string, CompiledNode>
  /** Where the text of each node that was executed went, as `target/run/…`: its build_path in manifest.json. */
  readonly executed: ReadonlyMap<string, string>
  /** show: what each node gave. */
  readonly tables: ReadonlyMap<string, Table>
  /** source freshness: entries of sources.json. */
  readonly freshness: readonly FreshnessResult[]
  readonly startedAt: Date
  readonly elapsedSeconds: number
  readonly interrupted: boolean
  /** True when nothing failed: exit code 0. dbt's rule: error, fail, skipped, partial success and runtime error count. */
  readonly success: boolean
}

export interface RunOperationOptions {
  readonly project: RuntimeProject
  readonly engine: Engine
  readonly invocation: Invocation
  readonly emit: EventSink
  readonly signal?: AbortSignal | undefined
  /** `macro` or `package.macro`; or SQL of `--sql`, as an inline node. */
  readonly macro: string | SqlOperationNode
  readonly args: JsonObject
}

export interface RunOperationOutcome {
  readonly result: NodeResult
  readonly error: TdbtError | null
  readonly success: boolean
}

export interface CatalogOptions {
  readonly project: RuntimeProject
  readonly engine: Engine
  readonly invocation: Invocation
  readonly emit: EventSink
  /** Restrict to these nodes and sources; all when absent. */
  readonly selected?: ReadonlySet<string> | undefined
}

/** Rows of the catalog query with dbt's column names (table_database, table_schema, table_name, table_type, table_comment, column_name, column_index, column_type, column_comment, table_owner). */
export type CatalogRow = Readonly<Record<string, string | number | null>>
