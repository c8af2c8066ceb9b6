import type { Json, JsonObject } from './json.ts'

/** `dbt_project.yml` or `project.yaml` after rendering, with dbt's defaults filled in. Paths are relative to the project's root. */
export interface ProjectConfig {
  readonly name: string
  readonly version: string | null
  readonly profile: string | null
  /** Absolute folder of the project file. */
  readonly root: string
  /** Name of the file it was read from, `dbt_project.yml` or `project.yaml`. */
  readonly fileName: string
  readonly modelPaths: readonly string[]
  readonly macroPaths: readonly string[]
  readonly seedPaths: readonly string[]
  readonly testPaths: readonly string[]
  readonly analysisPaths: readonly string[]
  readonly snapshotPaths: readonly string[]
  readonly docsPaths: readonly string[]
  readonly functionPaths: readonly string[]
  readonly targetPath: string
  readonly packagesInstallPath: string
  readonly cleanTargets: readonly string[]
  readonly onRunStart: readonly string[]
  readonly onRunEnd: readonly string[]
  readonly dispatch: readonly { readonly macro_namespace: string; readonly search_order: readonly string[] }[]
  readonly vars: JsonObject
  readonly flags: JsonObject
  readonly quoting: { readonly database?: boolean; readonly schema?: boolean; readonly identifier?: boolean }
  /** The config trees, unrendered, by resource kind: models, seeds, snapshots, data_tests (tests), sources, … */
  readonly configTrees: Readonly<Record<string, JsonObject>>
  /** tdbt's own: connections written in project.yaml, by target name; null when the profile is in profiles.yml. */
  readonly targets: Readonly<Record<string, JsonObject>> | null
  readonly defaultTarget: string | null
  readonly requireDbtVersion: readonly string[]
  readonly queryComment: Json
  readonly restrictAccess: boolean
  readonly raw: JsonObject
}

/** One output of a profile after rendering: where and how to connect. `credentials` holds the keys of the adapter's own. */
export interface TargetConfig {
  readonly profileName: string
  readonly targetName: string
  /** `postgres`, `redshift`, `embedded`, `duckdb`, `trino`. */
  readonly type: string
  readonly database: string
  readonly schema: string
  readonly threads: number
  readonly credentials: JsonObject
}

/** What one call of tdbt was given: everything that would else be global. */
export interface Invocation {
  readonly invocationId: string
  readonly startedAt: Date
  readonly env: Readonly<Record<string, string | undefined>>
  /** `--vars`. */
  readonly vars: JsonObject
  readonly flags: Flags
  /** The command in dbt's words: `run`, `build`, `docs generate`… */
  readonly command: string
  readonly now: () => Date
}

/** dbt's global and run flags as the `flags` variable of Jinja shows them (upper case there). */
export interface Flags {
  readonly fullRefresh: boolean
  readonly failFast: boolean
  readonly empty: boolean
  readonly storeFailures: boolean
  /** tdbt's own: data tests may be answered together; absent means yes. */
  readonly batchTests?: boolean
  readonly threads: number | null
  readonly target: string | null
  readonly profile: string | null
  readonly profilesDir: string | null
  readonly projectDir: string
  readonly targetPath: string | null
  readonly warnError: boolean
  readonly warnErrorOptions: JsonObject
  readonly quiet: boolean
  readonly debug: boolean
  readonly useColors: boolean
  readonly logFormat: 'text' | 'json' | 'debug'
  readonly partialParse: boolean
  readonly cacheSelectedOnly: boolean
  /** Seeds larger than this are not hashed: their path stands for them; 0: all are. Default 1, as in dbt. */
  readonly maximumSeedSizeMib?: number
  /** Log what the cache of relations holds at the end of a run. */
  readonly logCacheEvents?: boolean
  /** False leaves references to ephemeral models without the SQL behind them (`compile`); default true. */
  readonly injectEphemeralCtes?: boolean
  readonly indirectSelection: 'eager' | 'cautious' | 'buildable' | 'empty'
  readonly introspect: boolean
  readonly defer: boolean
  readonly favorState: boolean
  readonly state: string | null
  readonly deferState: string | null
  readonly version_check: boolean
  readonly print: boolean
  readonly writeJson: boolean
  readonly eventTimeStart: string | null
  readonly eventTimeEnd: string | null
  readonly sample: string | null
  readonly which: string
  /** Project `flags:` and behaviour-change flags, as written. */
  readonly behavior: JsonObject
}
