import { createRuntime, type Runtime, storesFailures } from '../compile/index.ts'
import type { Table } from '../context/index.ts'
import { asTdbtError, type FreshnessResult, type NodeResult, type OperationNode, TdbtError } from '../core/index.ts'
import { nodeErrorMessage, withNode } from './error-message.ts'
import type { ExecuteOptions, RunOutcome } from './options.ts'
import { isEphemeral, type NodeAction, type PlannedNode, planRun, type RunnableResource, type RunPlan } from './plan.ts'
import { createSchemas, fillCache } from './prepare.ts'
import { hookVariables, runHooks } from './run-hooks.ts'
import { sampleWindow } from './run-microbatch.ts'
import { runPlannedNode } from './run-node.ts'
import { NodeClock, type NodeOutcome, type NodeWork, withConnection } from './run-state.ts'
import { runTasks, type Together, type Verdict } from './run-tasks.ts'
import { ScriptedModels } from './scripted-models.ts'
import { StopSignal } from './stop-signal.ts'
import { BatchPace, type BatchSeat, TestBatch } from './test-batch.ts'
import { TestWordings } from './test-wording.ts'

/** Statuses after which what depends on a node is skipped. */
const BLOCKING: ReadonlySet<NodeResult['status']> = new Set(['error', 'partial success'])
const BLOCKING_IN_BUILD: ReadonlySet<NodeResult['status']> = new Set(['error', 'fail', 'skipped', 'partial success'])
const FAILING: ReadonlySet<NodeResult['status']> = new Set(['error', 'fail', 'partial success', 'runtime error'])

/** Data tests in one trip at most: results are told when all of a trip are in. */
const MOST_TOGETHER = 50

/** The state of one execution: what is done so far. */
class Execution {
  readonly runtime: Runtime
  readonly options: ExecuteOptions
  readonly plan: RunPlan
  readonly finished: { readonly result: NodeResult; readonly node: RunnableResource }[] = []
  readonly errors = new Map<string, TdbtError>()
  readonly tables = new Map<string, Table>()
  readonly freshness: FreshnessResult[] = []
  #started = 0
  #failFast = false
  #stop: StopSignal | undefined
  #nodeRuntime: Runtime
  readonly #scripted: ScriptedModels | undefined

  constructor(options: ExecuteOptions, runtime: Runtime, plan: RunPlan) {
    this.options = options
    this.runtime = runtime
    this.#nodeRuntime = runtime
    this.#scripted = options.scripts?.use === false ? undefined : new ScriptedModels(runtime, options.scripts?.onPlayed)
    this.plan = plan
  }

  get results(): readonly NodeResult[] {
    return this.finished.map((each) => each.result)
  }

  /** The next N of "N of total". */
  nextIndex(): number {
    this.#started += 1
    return this.#started
  }

  async runNodes(nodes: readonly PlannedNode[]): Promise<void> {
    const { options, runtime } = this
    const threads = options.threads ?? runtime.invocation.flags.threads ?? runtime.project.target.threads
    using stop = new StopSignal(options.engine, options.signal)
    // Hooks, which still run after a failure that stopped the nodes, do not see this signal.
    this.#nodeRuntime = { ...runtime, signal: stop.signal }
    this.#stop = stop
    await runTasks({
      tasks: nodes,
      lanes: Math.max(1, Math.min(threads, options.engine.maxSessions)),
      run: (node, lane) => this.#runNode(node, lane),
      skip: (node, causes) => this.#skip(node, causes),
      leave: (node) => this.#leave(node),
      together: this.#together(),
      signal: options.signal,
    })
  }

  /** Data tests are carried out together, unless the first failure is to stop the rest. */
  #together(): Together<PlannedNode> | undefined {
    const { flags } = this.runtime.invocation
    if (flags.batchTests === false || flags.failFast) return undefined
    const wordings = new TestWordings(this.runtime)
    const pace = new BatchPace()
    return {
      most: () => (pace.isSlow ? pace.most : MOST_TOGETHER),
      keyOf: ({ node, action }) => {
        if (action !== 'test' || node.resource_type !== 'test') return undefined
        if (storesFailures(this.runtime, node.config.store_failures)) return undefined
        // What a test that names nothing reads cannot be known: it keeps its turn.
        return node.attached_node ?? node.depends_on.nodes[0]
      },
      run: async (tests, lane, done) => {
        const batch = new TestBatch(this.#nodeRuntime, wordings, pace, tests.length)
        const seats = tests.map(() => batch.seat())
        const ended = await Promise.allSettled(
          tests.map(async (test, index) => done(test, await this.#runNode(test, lane, seats[index]))),
        )
        for (const each of ended) if (each.status === 'rejected') throw each.reason
      },
    }
  }

  async #runNode(planned: PlannedNode, lane: number, seat?: BatchSeat): Promise<Verdict> {
    const { options, plan } = this
    const runtime = this.#nodeRuntime
    const { node } = planned
    const index = planned.counted ? this.nextIndex() : 0
    if (planned.counted) options.emit({ type: 'node_start', node, action: planned.action, index, total: plan.total })
    const clock = new NodeClock(runtime.invocation.now)
    const work: { current: NodeWork | null } = { current: null }
    let outcome: NodeOutcome
    let error: TdbtError | undefined
    try {
      outcome = await withConnection(
        runtime,
        { name: planned.id, packageName: node.package_name, node },
        async (scope) => {
          const own: NodeWork = { runtime, scope, clock, executedPath: null, seat, scripted: this.#scripted }
          work.current = own
          return await runPlannedNode(own, planned, options)
        },
      )
      error = outcome.error
    } catch (thrown) {
      error = withNode(asTdbtError(thrown), planned.id)
      const message = nodeErrorMessage(error, labelOf(this.#ownerOf(error, node)), work.current?.executedPath ?? null)
      const status = planned.action === 'freshness' ? 'runtime error' : 'error'
      outcome = { status, message }
      if (planned.action === 'freshness') this.freshness.push(failedFreshness(planned.id, message))
    } finally {
      seat?.leave()
    }
    if (options.signal?.aborted && outcome.status === 'error') {
      outcome = { status: 'skipped', message: 'Interrupted' }
      error = undefined
    } else if (this.#failFast && error?.code === 'T5008') {
      outcome = { status: 'skipped', message: 'Skipping due to fail_fast' }
      error = undefined
    }
    return await this.#finish(planned, index, lane, clock, outcome, error)
  }

  /** The node that an error befell: an ephemeral model's own errors are its, whoever made it compile. */
  #ownerOf(error: TdbtError, node: RunnableResource): RunnableResource {
    const owner = this.runtime.manifest.nodes[error.details.nodeId ?? '']
    return owner !== undefined && isEphemeral(owner) ? owner : node
  }

  async #finish(
    planned: PlannedNode,
    index: number,
    lane: number,
    clock: NodeClock,
    outcome: NodeOutcome,
    error: TdbtError | undefined,
  ): Promise<Verdict> {
    const { options, runtime, plan } = this
    const { node } = planned
    const compiled = runtime.compiled.get(planned.id)
    const result: NodeResult = {
      unique_id: planned.id,
      status: outcome.status,
      timing: clock.timing,
      thread_id: `Thread-${lane + 1} (worker)`,
      execution_time: clock.elapsedSeconds(),
      adapter_response: outcome.adapterResponse ?? {},
      message: outcome.message,
      failures: outcome.failures ?? null,
      compiled: compiledFlag(node, compiled !== undefined, outcome.batchResults !== undefined),
      compiled_code: outcome.compiledCode ?? compiled?.node.compiled_code ?? null,
      relation_name: namesRelation(node, planned.action)
        ? (compiled?.node.relation_name ?? relationNameOf(node))
        : null,
      batch_results: outcome.batchResults ?? null,
    }
    if (error !== undefined) this.errors.set(planned.id, error)
    if (outcome.table !== undefined) this.tables.set(planned.id, outcome.table)
    if (outcome.freshness !== undefined) {
      this.freshness.push({
        ...outcome.freshness,
        timing: result.timing,
        thread_id: result.thread_id,
        execution_time: result.execution_time,
      })
    }
    // A failed ephemeral model shows in those that use it.
    if (planned.counted || (outcome.status === 'error' && options.command === 'compile')) {
      this.finished.push({ result, node })
      options.emit({
        type: 'node_finish',
        node,
        action: planned.action,
        index,
        total: plan.total,
        result,
        ...(error === undefined ? {} : { error }),
      })
    }
    if (raisesOnFirstError(options.command) && outcome.status === 'error' && error !== undefined) throw error
    if (FAILING.has(outcome.status) && runtime.invocation.flags.failFast) {
      this.#failFast = true
      this.#stop?.stop(new TdbtError('T5008', 'Skipping due to fail_fast'))
      return 'stop'
    }
    // Others may finish, cancelled, before the cancelling is through.
    if (this.#failFast) return 'stop'
    // dbt 1.12: what depends on such a model runs whatever became of it.
    if (node.resource_type === 'model' && node.config['on_error'] === 'continue') return 'go on'
    const blocking = options.command === 'build' ? BLOCKING_IN_BUILD : BLOCKING
    return blocking.has(outcome.status) ? 'skip dependents' : 'go on'
  }

  #skip(planned: PlannedNode, causes: readonly string[]): void {
    const ephemeral = causes.find((id) => {
      const cause = this.runtime.manifest.nodes[id]
      return cause !== undefined && isEphemeral(cause)
    })
    const message =
      ephemeral === undefined
        ? null
        : `Compilation Error in ${planned.id}, caused by compilation error in referenced ephemeral model ${ephemeral}`
    this.#record(planned, message)
  }

  #leave(planned: PlannedNode): void {
    this.#record(planned, this.options.signal?.aborted ? 'Interrupted' : 'Skipping due to fail_fast')
  }

  #record(planned: PlannedNode, message: string | null): void {
    if (!planned.counted) return
    const { options, plan } = this
    const index = this.nextIndex()
    const result: NodeResult = {
      unique_id: planned.id,
      status: 'skipped',
      timing: [],
      thread_id: 'MainThread',
      execution_time: 0,
      adapter_response: {},
      message,
      failures: null,
      compiled: compiledFlag(planned.node, false, false),
      compiled_code: null,
      relation_name: namesRelation(planned.node, planned.action) ? relationNameOf(planned.node) : null,
      batch_results: null,
    }
    this.finished.push({ result, node: planned.node })
    const { node, action } = planned
    options.emit({ type: 'node_finish', node, action, index, total: plan.total, result })
  }

  /** All nodes skipped, since the hooks before them failed. */
  skipAll(nodes: readonly PlannedNode[]): void {
    for (const node of nodes) this.#record(node, null)
  }

  async runHookStage(when: 'on-run-start' | 'on-run-end', hooks: readonly OperationNode[]): Promise<boolean> {
    const { options, runtime } = this
    const results = await runHooks({
      runtime,
      when,
      hooks,
      extra: when === 'on-run-end' ? hookVariables(runtime, this.finished) : new Map(),
      onStart: (hook, index) => options.emit({ type: 'node_start', node: hook, index, total: hooks.length }),
      onFinish: (hook, index, result, thrown) => {
        const error = thrown === undefined ? undefined : withNode(asTdbtError(thrown), hook.unique_id)
        if (error !== undefined) this.errors.set(hook.unique_id, error)
        this.finished.push({ result, node: hook })
        options.emit({
          type: 'node_finish',
          node: hook,
          index,
          total: hooks.length,
          result,
          ...(error === undefined ? {} : { error }),
        })
      },
    })
    return results.every((result) => result.status === 'success')
  }
}

function raisesOnFirstError(command: ExecuteOptions['command']): boolean {
  return command === 'compile' || command === 'show'
}

function labelOf(node: RunnableResource): { resource_type: string; name: string; original_file_path: string } {
  return { resource_type: node.resource_type, name: node.name, original_file_path: node.original_file_path }
}

/** dbt's result of a microbatch model is of no text (its batches have theirs), that of a unit test that did not come to run of no node. */
function compiledFlag(node: RunnableResource, isCompiled: boolean, isBatched: boolean): boolean | null {
  if (!hasCompiled(node) || (node.resource_type === 'unit_test' && !isCompiled)) return null
  return isCompiled && !isBatched
}

function hasCompiled(node: RunnableResource): boolean {
  return !['seed', 'source', 'exposure', 'saved_query'].includes(node.resource_type)
}

/** dbt's results name the relations of nodes that compile, except that a unit test stands for no relation of its own; a load has made one. */
function namesRelation(node: RunnableResource, action: NodeAction): boolean {
  return action === 'load' || (hasCompiled(node) && node.resource_type !== 'unit_test')
}

function relationNameOf(node: RunnableResource): string | null {
  return 'relation_name' in node && typeof node.relation_name === 'string' ? node.relation_name : null
}

function failedFreshness(id: string, message: string): FreshnessResult {
  return { unique_id: id, status: 'runtime error', error: message, timing: [], thread_id: '', execution_time: 0 }
}

/** A clean error instead of the AbortError of whoever noticed the signal first. */
function interruption(options: ExecuteOptions, thrown: unknown): unknown {
  return options.signal?.aborted ? new TdbtError('T0003', 'Interrupted', { cause: thrown }) : thrown
}

/**
 * Carries out a command over the selected nodes: schemas and cache, on-run-start hooks, the nodes in the order of the DAG in as many lanes as there
 * are threads, on-run-end hooks. Node failures are in the results; what is thrown is what stops the whole: no connection, an error in a hook's template,
 * and for compile and show the first error. The engine is left open.
 */
export async function executeNodes(options: ExecuteOptions): Promise<RunOutcome> {
  const { invocation, project } = options
  const startedAt = invocation.now()
  const runtime = createRuntime({
    project,
    invocation,
    engine: options.engine,
    emit: options.emit,
    selected: options.selected,
    previous: options.previous,
    readSeed: options.readSeed,
    sample: sampleWindow(invocation.flags.sample, invocation.startedAt),
    signal: options.signal,
    write: (kind, path, text) => {
      const failed = (error: unknown): never => {
        if (error instanceof TdbtError) throw error
        throw new TdbtError('T7002', `Cannot write ${path}: ${asTdbtError(error).message}`, { cause: error })
      }
      try {
        return options.writeFile?.({ kind, path, text })?.catch(failed)
      } catch (error) {
        return failed(error)
      }
    },
  })
  const plan = planRun({
    manifest: project.manifest,
    dag: options.dag,
    selected: options.selected,
    command: options.command,
    rootPackage: project.config.name,
    inline: options.inline,
    runners: options.runners,
  })
  const execution = new Execution(options, runtime, plan)
  const cancel = (): void => void options.engine.cancelAll()
  options.signal?.addEventListener('abort', cancel, { once: true })
  const nodes = plan.stages.flatMap((stage) => (stage.kind === 'nodes' ? stage.nodes : []))
  const threads = options.threads ?? invocation.flags.threads ?? project.target.threads
  options.emit({ type: 'run_start', total: plan.total, threads, target: project.target.targetName })
  let skipNodes = false
  try {
    for (const stage of nodes.length === 0 ? [] : plan.stages) {
      if (options.signal?.aborted && stage.kind !== 'nodes') continue
      switch (stage.kind) {
        case 'prepare':
          if (stage.schemas) await createSchemas(runtime, nodes)
          if (stage.cache) await fillCache(runtime, nodes)
          break
        case 'hooks': {
          const passed = await execution.runHookStage(stage.when, stage.hooks)
          skipNodes =
            !passed && stage.when === 'on-run-start' && runtime.behavior('skip_nodes_if_on_run_start_fails', false)
          break
        }
        case 'nodes':
          if (skipNodes) execution.skipAll(stage.nodes)
          else await execution.runNodes(stage.nodes)
          break
      }
    }
  } catch (thrown) {
    throw interruption(options, thrown)
  } finally {
    options.signal?.removeEventListener('abort', cancel)
  }
  const elapsedSeconds = (invocation.now().getTime() - startedAt.getTime()) / 1000
  const { results } = execution
  if (invocation.flags.logCacheEvents) tellCache(runtime)
  options.emit({ type: 'run_finish', results, elapsedSeconds })
  const interrupted = options.signal?.aborted === true
  return {
    results,
    errors: execution.errors,
    compiled: new Map([...runtime.compiled].map(([id, entry]) => [id, entry.node])),
    executed: runtime.executed,
    tables: execution.tables,
    freshness: execution.freshness,
    startedAt,
    elapsedSeconds,
    interrupted,
    success: !interrupted && !results.some((result) => countsAsFailure(execution, result)),
  }
}

function countsAsFailure(execution: Execution, result: NodeResult): boolean {
  if (FAILING.has(result.status)) return true
  return result.status === 'skipped' && execution.runtime.manifest.exposures[result.unique_id] === undefined
}

/** dbt's event of `--log-cache-events`: what is known to exist when the run ends. */
function tellCache(runtime: Runtime): void {
  const held = runtime.cache.dump()
  const dump = Object.fromEntries(Object.entries(held).map(([key, value]) => [key, { value }]))
  runtime.emit({
    type: 'log',
    level: 'debug',
    name: 'CacheDumpGraph',
    message: `dump after run : ${JSON.stringify(held)}`,
    data: { before_after: 'after', action: 'run', dump },
  })
}
