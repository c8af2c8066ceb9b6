import type { GraphNode, Manifest, OperationNode, SqlOperationNode } from '../core/index.ts'
import { findResource } from '../core/index.ts'
import { type Dag, withTestEdges } from '../graph/index.ts'
import type { RunCommand } from './options.ts'
import { type ResourceRunners, runnerAction } from './resource-runners.ts'

/** How a node is carried out. `none` is what dbt calls a no-op (exposures, saved queries). */
export type NodeAction =
  | 'model'
  | 'microbatch'
  | 'seed'
  | 'snapshot'
  | 'test'
  | 'unit_test'
  | 'function'
  | 'compile'
  | 'show'
  | 'clone'
  | 'freshness'
  | 'load'
  | 'export'
  | 'none'

export type RunnableResource = GraphNode

export interface PlannedNode {
  readonly id: string
  readonly node: RunnableResource
  readonly action: NodeAction
  /** Planned nodes that must be done before. */
  readonly after: readonly string[]
  /** Planned nodes that must have ended before, well or not: unit tests of one model write the same files. */
  readonly behind: readonly string[]
  /** False for ephemeral models: compiled, but neither counted nor in the results. */
  readonly counted: boolean
  /** Why it is in the plan, one phrase. */
  readonly reason: string
}

export type Stage =
  | { readonly kind: 'prepare'; readonly schemas: boolean; readonly cache: boolean; readonly reason: string }
  | { readonly kind: 'hooks'; readonly when: 'on-run-start' | 'on-run-end'; readonly hooks: readonly OperationNode[] }
  | { readonly kind: 'nodes'; readonly nodes: readonly PlannedNode[] }

export interface RunPlan {
  readonly command: RunCommand
  readonly stages: readonly Stage[]
  /** Counted nodes: the N of "1 of N". */
  readonly total: number
}

const BUILD_TYPES = ['model', 'snapshot', 'seed', 'test', 'unit_test', 'saved_query', 'exposure', 'function', 'source']
const COMPILE_TYPES = ['model', 'test', 'snapshot', 'analysis', 'operation', 'seed', 'sql_operation', 'function']

/** Resource types that a command runs, as dbt's tasks choose them. */
const RESOURCE_TYPES: Readonly<Record<RunCommand, readonly string[]>> = {
  run: ['model'],
  build: BUILD_TYPES,
  test: ['test', 'unit_test'],
  seed: ['seed'],
  snapshot: ['snapshot'],
  compile: COMPILE_TYPES,
  show: COMPILE_TYPES,
  clone: ['model', 'seed', 'snapshot', 'function'],
  'source freshness': ['source'],
  load: ['source'],
  export: ['exposure'],
}

/** Commands around which on-run-start and on-run-end hooks run. */
const WITH_HOOKS: ReadonlySet<RunCommand> = new Set(['run', 'build', 'test', 'seed', 'snapshot'])

/** Commands that leave nothing in the warehouse. */
const READING: ReadonlySet<RunCommand> = new Set(['compile', 'show', 'source freshness', 'export'])

export interface PlanOptions {
  readonly manifest: Manifest
  readonly dag: Dag
  readonly selected: ReadonlySet<string>
  readonly command: RunCommand
  readonly rootPackage: string
  /** Who carries out sources and exposures; those that nobody accepts are in no plan (exposures of `build` are no-ops in it). */
  readonly runners?: ResourceRunners | undefined
  /** The node of --inline, which is in no manifest. */
  readonly inline?: SqlOperationNode | undefined
}

/** True for a model that lives only as a CTE of others. */
export function isEphemeral(node: RunnableResource): boolean {
  return node.resource_type === 'model' && node.config.materialized === 'ephemeral'
}

/** The hooks of one kind in dbt's order: packages by name, then the root project, each by index. */
function hooksOf(
  operations: readonly OperationNode[],
  when: 'on-run-start' | 'on-run-end',
  rootPackage: string,
): readonly OperationNode[] {
  const hooks = operations.filter(({ tags }) => tags.includes(when))
  const rank = (hook: OperationNode) => (hook.package_name === rootPackage ? 1 : 0)
  return hooks.sort(
    (a, b) =>
      rank(a) - rank(b) ||
      (a.package_name < b.package_name ? -1 : a.package_name > b.package_name ? 1 : 0) ||
      (a.index ?? 0) - (b.index ?? 0),
  )
}

/**
 * What a command will do, in stages, without doing it: pure, so that an explanation cannot drift from the run.
 * In `build` a node waits for the tests of what it is built on, and a model for its own unit tests.
 */
export function planRun(options: PlanOptions): RunPlan {
  const { manifest, command, selected } = options
  const types = RESOURCE_TYPES[command]
  const wanted = new Set<string>()
  for (const id of selected) {
    const node = findResource(manifest, id)
    if (node === undefined || !types.includes(node.resource_type)) continue
    if (command === 'source freshness' && !hasFreshness(node)) continue
    if (needsRunner(command, node) && runnerAction(options.runners, node) === undefined) continue
    wanted.add(id)
  }
  const nodes = [...planNodes(options, wanted)]
  if (options.inline !== undefined) {
    const action = command === 'show' ? 'show' : 'compile'
    nodes.push({
      id: options.inline.unique_id,
      node: options.inline,
      action,
      after: [],
      behind: [],
      counted: true,
      reason: 'inline',
    })
  }
  const stages: Stage[] = []
  // Compiling asks the server only when a template does: the cache is filled at the first look-up there.
  const writes = !READING.has(command)
  stages.push({
    kind: 'prepare',
    schemas: writes,
    cache: writes && command !== 'test',
    reason: writes ? 'schemas of the selected nodes, then what is in them' : 'nothing is written',
  })
  const operations = WITH_HOOKS.has(command)
    ? Object.values(manifest.nodes).filter((node): node is OperationNode => node.resource_type === 'operation')
    : []
  const start = hooksOf(operations, 'on-run-start', options.rootPackage)
  if (start.length > 0) stages.push({ kind: 'hooks', when: 'on-run-start', hooks: start })
  stages.push({ kind: 'nodes', nodes })
  const end = hooksOf(operations, 'on-run-end', options.rootPackage)
  if (end.length > 0) stages.push({ kind: 'hooks', when: 'on-run-end', hooks: end })
  return { command, stages, total: nodes.filter((node) => node.counted).length }
}

function planNodes(options: PlanOptions, wanted: ReadonlySet<string>): readonly PlannedNode[] {
  const { manifest, command } = options
  const independent = command === 'clone' || command === 'source freshness'
  const dag = command === 'build' ? withTestEdges(options.dag, manifest) : options.dag
  const unitTestsOf = new Map<string, string[]>()
  const inGraph = new Set<string>()
  for (const id of wanted) {
    const test = command === 'build' ? manifest.unit_tests[id] : undefined
    if (test === undefined) inGraph.add(id)
    else {
      const model = test.depends_on.nodes[0] ?? ''
      unitTestsOf.set(model, [...(unitTestsOf.get(model) ?? []), id])
    }
  }
  const graph = dag.restrict(inGraph)
  // A unit test whose model is not selected runs on its own, as in dbt it would not be reached at all.
  const planned: PlannedNode[] = []
  const lastUnitTest = new Map<string, string>()
  const add = (id: string, after: readonly string[], reason: string): void => {
    const node = findResource(manifest, id)
    if (node === undefined) return
    const counted = command === 'show' ? true : !isEphemeral(node)
    const behind: string[] = []
    if (node.resource_type === 'unit_test') {
      const before = lastUnitTest.get(node.model)
      if (before !== undefined) behind.push(before)
      lastUnitTest.set(node.model, id)
    }
    planned.push({ id, node, action: actionOf(options, node), after, behind, counted, reason })
  }
  for (const id of graph.ids) {
    const parents = independent ? [] : graph.parents(id)
    const unitTests = unitTestsOf.get(id) ?? []
    for (const test of unitTests) add(test, parents, `unit test of ${id}`)
    unitTestsOf.delete(id)
    add(id, [...parents, ...unitTests], 'selected')
  }
  for (const tests of unitTestsOf.values()) for (const test of tests) add(test, [], 'selected without its model')
  return planned
}

/** True where a resource is in the plan only if something carries it out. */
function needsRunner(command: RunCommand, node: RunnableResource): boolean {
  if (command === 'export') return node.resource_type === 'exposure'
  return node.resource_type === 'source' && command !== 'source freshness'
}

function hasFreshness(node: RunnableResource): boolean {
  if (node.resource_type !== 'source' || node.freshness === null) return false
  const { warn_after, error_after } = node.freshness
  return Boolean(warn_after?.count) || Boolean(error_after?.count)
}

function actionOf({ command, runners }: PlanOptions, node: RunnableResource): NodeAction {
  switch (command) {
    case 'compile':
      return 'compile'
    case 'show':
      return node.resource_type === 'seed' ? 'seed' : 'show'
    case 'clone':
      return 'clone'
    case 'source freshness':
      return 'freshness'
    default:
      break
  }
  switch (node.resource_type) {
    case 'model':
      if (isEphemeral(node)) return 'compile'
      return node.config.materialized === 'incremental' && node.config.incremental_strategy === 'microbatch'
        ? 'microbatch'
        : 'model'
    case 'seed':
    case 'snapshot':
    case 'test':
    case 'unit_test':
    case 'function':
      return node.resource_type
    default:
      return runnerAction(runners, node) ?? 'none'
  }
}
