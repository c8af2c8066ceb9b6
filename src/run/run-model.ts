import { type Batch, compileNode } from '../compile/index.ts'
import { type ManifestNode, TdbtError } from '../core/index.ts'
import { drive } from '../jinja/index.ts'
import { updateLatestVersionPointer } from './latest-version-pointer.ts'
import { materialize, materializeRelations } from './materialize.ts'
import type { NodeOutcome, NodeWork } from './run-state.ts'

/** Compiles a node and runs its materialization: models and snapshots. `batch` narrows it to one batch of a microbatch model. */
export async function runModel(work: NodeWork, node: ManifestNode, batch: Batch | null = null): Promise<NodeOutcome> {
  const { scope, clock } = work
  const compiled = await clock.time('compile', () => drive(compileNode(scope, node, { batch })))
  return await clock.time('execute', async () => {
    const answer = batch === null ? await work.scripted?.materialize(work, node, compiled) : undefined
    if (answer !== undefined) {
      await updateLatestVersionPointer(work, node)
      return { status: 'success', message: String(answer._message ?? ''), adapterResponse: answer }
    }
    const results = await materializeRelations(work, { node, compiled, batch })
    const main = results.main()
    if (main === null) {
      throw new TdbtError('T4001', 'main is not being called during running model', { nodeId: node.unique_id })
    }
    if (batch === null) await updateLatestVersionPointer(work, node)
    return { status: 'success', message: String(main.response._message ?? ''), adapterResponse: main.response }
  })
}

/** Loads a seed. */
export async function runSeed(work: NodeWork, node: ManifestNode): Promise<NodeOutcome> {
  await work.clock.time('compile', async () => undefined)
  return await work.clock.time('execute', async () => {
    const results = await materializeRelations(work, { node, compiled: null })
    const main = results.main()
    if (main === null) {
      throw new TdbtError('T4001', 'main is not being called during running model', { nodeId: node.unique_id })
    }
    return { status: 'success', message: String(main.response._message ?? ''), adapterResponse: main.response }
  })
}

/** Creates a user-defined function. */
export async function runFunction(work: NodeWork, node: ManifestNode): Promise<NodeOutcome> {
  const { scope, clock } = work
  const compiled = await clock.time('compile', () => drive(compileNode(scope, node)))
  return await clock.time('execute', async () => {
    const { results } = await materialize(work, { node, compiled, dependsOnItsMacros: true })
    const main = results.main()
    return {
      status: 'success',
      message: String(main?.response._message ?? ''),
      ...(main === null ? {} : { adapterResponse: main.response }),
    }
  })
}

/** Compiles a node and leaves it at that. */
export async function runCompile(work: NodeWork, node: ManifestNode): Promise<NodeOutcome> {
  await work.clock.time('compile', () => drive(compileNode(work.scope, node)))
  await work.clock.time('execute', async () => undefined)
  return { status: 'success', message: null }
}

/** Makes a node's relation a clone of, or a view on, its counterpart in the previous state. */
export async function runClone(work: NodeWork, node: ManifestNode): Promise<NodeOutcome> {
  await work.clock.time('compile', async () => undefined)
  return await work.clock.time('execute', async () => {
    const results = await materializeRelations(work, { node, compiled: null, materialization: 'clone' })
    const main = results.main()
    if (main === null) return { status: 'success', message: 'No-op' }
    return { status: 'success', message: String(main.response._message ?? ''), adapterResponse: main.response }
  })
}
