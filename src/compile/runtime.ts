import type { Engine } from '../adapters/interface.ts'
import { type Relation, RuntimeConfigObject } from '../context/index.ts'
import type { CompiledNode, EventSink, Invocation, Manifest, SeedNode } from '../core/index.ts'
import { lazyDict, makeModules, type PyValue, type Template } from '../jinja/index.ts'
import { createManifestLookup, type ManifestLookup } from './manifest-lookup.ts'
import { PrintedTests } from './printed-tests.ts'
import { createQueryComments, type QueryComments } from './query-comment.ts'
import { RelationCache } from './relation-cache.ts'
import { createRelations, type Relations } from './relations.ts'
import type { RuntimeProject } from './runtime-project.ts'
import { sharedVariables } from './variables.ts'

/** A window of event time: `--sample`, or a batch of a microbatch model. */
export interface EventTimeWindow {
  readonly start: Date
  readonly end: Date
}

export interface RuntimeOptions {
  readonly project: RuntimeProject
  readonly invocation: Invocation
  readonly engine: Engine
  readonly emit: EventSink
  readonly selected: ReadonlySet<string>
  /** Manifest of `--state`/`--defer-state`: refs may be deferred to it. */
  readonly previous?: Manifest | undefined
  readonly readSeed: (node: SeedNode) => Promise<string>
  /** `--sample` as a window. */
  readonly sample?: EventTimeWindow | undefined
  readonly signal?: AbortSignal | undefined
  /** Where executed and compiled texts go; the path is below target/run or target/compiled. No promise: it is done, or was taken on. */
  readonly write: (kind: 'compiled' | 'run', path: string, text: string) => Promise<void> | undefined
}

/** What compiling left of a node besides its artifact: the SQL before CTEs went in, which nodes that use it inject. */
export interface CompiledEntry {
  readonly node: CompiledNode
  readonly ownSql: string
}

/** What all nodes of one run share. */
export interface Runtime extends RuntimeOptions {
  readonly manifest: Manifest
  readonly rootPackage: string
  /** The root project and the installed packages: whose macros are not built in. */
  readonly userPackages: ReadonlySet<string>
  readonly relations: Relations
  readonly cache: RelationCache<Relation>
  readonly lookup: ManifestLookup
  readonly comments: QueryComments
  /** Nodes compiled so far, by unique_id. */
  readonly compiled: Map<string, CompiledEntry>
  /** Where the text of each node that was executed went, as `target/run/…`. */
  readonly executed: Map<string, string>
  /** Compiled texts of generic tests, by file and text. */
  readonly testTemplates: Map<string, Template>
  /** Generic tests whose SQL needs no template. */
  readonly printedTests: PrintedTests
  /** Ephemeral models that are being compiled now. */
  readonly compiling: Map<string, Promise<CompiledEntry>>
  /** The `modules` variable: one for all nodes, it takes a millisecond to make. */
  readonly modules: PyValue
  /** What the run was warned of already, for what is to be said once. */
  readonly warned: Set<string>
  /** Variables that all name spaces of the run share. */
  readonly shared: ReadonlyMap<string, PyValue>
  /** The `graph` variable. */
  graph(): PyValue
  /** What `ref.config` shows of the project. */
  runtimeConfig(): PyValue
  /** The macro that the argument `model` of tests goes through in a package, where it is the built-in one; undefined where somebody has another. */
  wherelessMacro(packageName: string): string | undefined
  /** A behaviour-change flag of the project file. */
  behavior(flag: string, byDefault: boolean): boolean
}

export function createRuntime(options: RuntimeOptions): Runtime {
  const { project, invocation } = options
  const { manifest } = project
  let graph: PyValue | undefined
  const behavior = (flag: string, byDefault: boolean): boolean => {
    const value = invocation.flags.behavior[flag]
    return typeof value === 'boolean' ? value : byDefault
  }
  let config: PyValue | undefined
  const userPackages = new Set([project.config.name, ...project.packages.map((each) => each.name)])
  const whereless = new Map<string, string | undefined>()
  const made: Omit<Runtime, 'shared'> = {
    ...options,
    manifest,
    rootPackage: project.config.name,
    userPackages,
    wherelessMacro: (packageName) => {
      if (!whereless.has(packageName)) {
        const { library } = project
        const macro = library.find('get_where_subquery', packageName)
        const worded = library.dispatch('get_where_subquery', 'dbt', packageName)
        const isBuiltIn = [macro, worded].every((each) => each !== undefined && !userPackages.has(each.package_name))
        whereless.set(packageName, isBuiltIn ? macro?.unique_id : undefined)
      }
      return whereless.get(packageName)
    },
    relations: createRelations(project),
    cache: new RelationCache<Relation>(),
    lookup: createManifestLookup(manifest, {
      rootPackage: project.config.name,
      ownPackageFirst: behavior('require_ref_searches_node_package_before_root', false),
    }),
    comments: createQueryComments(project, invocation),
    compiled: new Map(),
    executed: new Map(),
    compiling: new Map(),
    testTemplates: new Map(),
    printedTests: new PrintedTests(),
    warned: new Set(),
    modules: makeModules(invocation.now),
    behavior,
    runtimeConfig: () => {
      const { config: root, packages, target } = project
      config ??= new RuntimeConfigObject({ config: root, packages, target, invocation })
      return config
    },
    graph: () => {
      graph ??= lazyDict({
        nodes: manifest.nodes,
        sources: manifest.sources,
        exposures: manifest.exposures,
        groups: manifest.groups,
        metrics: manifest.metrics,
        semantic_models: manifest.semantic_models,
        saved_queries: manifest.saved_queries,
        functions: manifest.functions,
      })
      return graph
    },
  }
  return { ...made, shared: sharedVariables(made) }
}

/** A run like another but for the changes: what its templates reach is of the changed one. */
export function changedRuntime(runtime: Runtime, changes: Partial<Omit<Runtime, 'shared'>>): Runtime {
  const made = { ...runtime, ...changes }
  return { ...made, shared: sharedVariables(made) }
}
