import { TdbtError } from '../core/index.ts'
import { updateLatestVersionPointer } from './latest-version-pointer.ts'
import type { ExecuteOptions } from './options.ts'
import type { PlannedNode } from './plan.ts'
import { runResource } from './resource-runners.ts'
import { runFreshness } from './run-freshness.ts'
import { retriedBatches, runMicrobatch } from './run-microbatch.ts'
import { runClone, runCompile, runFunction, runModel, runSeed } from './run-model.ts'
import { runShow, showSeed } from './run-show.ts'
import type { NodeOutcome, NodeWork } from './run-state.ts'
import { runTest, runUnitTest } from './run-test.ts'

/** Rows that `show` reads when nobody says how many. */
const SHOW_LIMIT = 5

/** Carries out what the plan says of a node. */
export async function runPlannedNode(
  work: NodeWork,
  planned: PlannedNode,
  options: ExecuteOptions,
): Promise<NodeOutcome> {
  const { node, action } = planned
  const unexpected = () => new TdbtError('T0001', `${planned.id} cannot be run as ${action}`)
  switch (action) {
    case 'none':
      // Both parts are noted, though neither has anything to do: so has dbt's result.
      await work.clock.time('compile', async () => undefined)
      await work.clock.time('execute', async () => undefined)
      return { status: 'no-op', message: 'NO-OP', failures: 0 }
    case 'load':
    case 'export': {
      const outcome = await runResource(work, node, options.runners, options.emit)
      if (outcome === undefined) throw unexpected()
      return outcome
    }
    case 'freshness':
      if (node.resource_type !== 'source') throw unexpected()
      return await runFreshness(work, node)
    case 'unit_test':
      if (node.resource_type !== 'unit_test') throw unexpected()
      return await runUnitTest(work, node)
    case 'test':
      if (node.resource_type !== 'test') throw unexpected()
      return await runTest(work, node)
    case 'microbatch':
      if (node.resource_type !== 'model') throw unexpected()
      await work.clock.time('compile', async () => undefined)
      return await work.clock.time('execute', async () => {
        const outcome = await runMicrobatch(work, node, { retry: retriedBatches(options.retryBatches?.[planned.id]) })
        if (outcome.status === 'success') await updateLatestVersionPointer(work, node)
        return outcome
      })
    default:
      break
  }
  switch (node.resource_type) {
    case 'source':
    case 'unit_test':
    case 'exposure':
    case 'metric':
    case 'semantic_model':
    case 'saved_query':
      throw unexpected()
    default:
      break
  }
  switch (action) {
    case 'model':
    case 'snapshot':
      return await runModel(work, node)
    case 'seed':
      if (node.resource_type !== 'seed') throw unexpected()
      return options.command === 'show' ? await showSeed(work, node) : await runSeed(work, node)
    case 'function':
      return await runFunction(work, node)
    case 'compile':
      return await runCompile(work, node)
    case 'show':
      return await runShow(work, node, options.limit === undefined ? SHOW_LIMIT : options.limit)
    case 'clone':
      return await runClone(work, node)
  }
}
