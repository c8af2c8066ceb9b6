import type { Engine } from '../adapters/interface.ts'
import type { AdapterResponse, EventSink, ExposureNode, Invocation, Manifest, SourceNode } from '../core/index.ts'
import type { RunnableResource } from './plan.ts'
import type { NodeOutcome, NodeWork } from './run-state.ts'

/** What a runner of sources or exposures works with. It acquires its own session and gives it back; where maxSessions is 1, one at a time. */
export interface ResourceWork<N extends SourceNode | ExposureNode> {
  readonly node: N
  readonly engine: Engine
  readonly manifest: Manifest
  readonly invocation: Invocation
  readonly emit: EventSink
  /** Aborted when the run stops: statements are then cancelled from outside, other work has to look. */
  readonly signal: AbortSignal | undefined
}

export interface ResourceOutcome {
  /** `no-op` where there was nothing to do. */
  readonly status: 'success' | 'no-op'
  readonly message: string
  readonly adapterResponse: AdapterResponse
}

/**
 * Carries out resources that have no SQL of their own. They stand in the DAG like any node: a load before what reads its table, an export after what it
 * reads. What it throws is the node's failure.
 */
export interface ResourceRunner<N extends SourceNode | ExposureNode> {
  /** True for those it carries out; the others stay what they are in dbt. Pure. */
  accepts(node: N): boolean
  run(work: ResourceWork<N>): Promise<ResourceOutcome>
}

/** Runners given from outside, since run/ knows nothing of files and other systems. */
export interface ResourceRunners {
  /** Sources with a `load:` block: run by `build` and `load`. */
  readonly load?: ResourceRunner<SourceNode> | undefined
  /** Exposures that are exports: run by `build` and `export`. */
  readonly export?: ResourceRunner<ExposureNode> | undefined
}

/** Which runner, if any, a resource is carried out by. */
export function runnerAction(
  runners: ResourceRunners | undefined,
  node: RunnableResource,
): 'load' | 'export' | undefined {
  if (node.resource_type === 'source') return runners?.load?.accepts(node) === true ? 'load' : undefined
  if (node.resource_type === 'exposure') return runners?.export?.accepts(node) === true ? 'export' : undefined
  return undefined
}

/** Runs a load or an export; undefined where there is no runner for the resource. */
export async function runResource(
  work: NodeWork,
  node: RunnableResource,
  runners: ResourceRunners | undefined,
  emit: EventSink,
): Promise<NodeOutcome | undefined> {
  const { runtime, clock } = work
  const shared = {
    engine: runtime.engine,
    manifest: runtime.manifest,
    invocation: runtime.invocation,
    emit,
    signal: runtime.signal,
  }
  await clock.time('compile', async () => undefined)
  return await clock.time('execute', async () => {
    if (node.resource_type === 'source') {
      const outcome = await runners?.load?.run({ ...shared, node })
      if (outcome !== undefined) noteTable(work, node)
      return outcome
    }
    if (node.resource_type === 'exposure') return await runners?.export?.run({ ...shared, node })
    return undefined
  })
}

/** What a load made is there for `adapter.get_relation` of the nodes after it. */
function noteTable({ runtime }: NodeWork, { database, schema, identifier }: SourceNode): void {
  const place = database ?? runtime.project.target.database
  if (!runtime.cache.knowsSchema(place, schema)) return
  runtime.cache.add(runtime.relations.fromCatalog({ database: place, schema, identifier, type: 'table' }))
}
