import { isAbsolute, join } from 'node:path'
import { writeSources } from '../../artifacts/index.ts'
import type { ResourceType } from '../../core/index.ts'
import type { RunCommand } from '../../run/index.ts'
import type { CommandRun } from '../command.ts'
import { execute, exitCodeOf, warnWhenEmpty } from '../execute.ts'
import { openProject, previousState, resourceTypes, select } from '../open-project.ts'
import { writeJunit } from '../output/junit.ts'
import { withLoads } from '../resource-runners.ts'

const BUILD_KINDS: readonly ResourceType[] = [
  'model',
  'seed',
  'snapshot',
  'test',
  'unit_test',
  'exposure',
  'saved_query',
  'function',
]

/** Commands that select nodes of some kinds and run them. */
function running(command: RunCommand, kinds: readonly ResourceType[]): CommandRun {
  return async (context) => {
    const open = await openProject(context)
    const state = await previousState(context, open)
    const asked = resourceTypes(context.given.array('resource-type'))
    const taken = command === 'build' ? withLoads(open, kinds) : kinds
    const selection = select(context, open, {
      resourceTypes: asked ? taken.filter((kind) => asked.includes(kind)) : taken,
      state,
    })
    warnWhenEmpty(context, selection)
    const outcome = await execute(context, open, { command, selection, state })
    const junit = context.given.string('junit')
    if (junit !== undefined) await writeJunit(junit, context, open, outcome)
    return exitCodeOf(outcome)
  }
}

export const build = running('build', BUILD_KINDS)
export const run = running('run', ['model', 'function'])
export const test = running('test', ['test', 'unit_test'])
export const seed = running('seed', ['seed'])
export const snapshot = running('snapshot', ['snapshot'])
export const clone = running('clone', ['model', 'seed', 'snapshot', 'function'])

/** Writes target/sources.json, and the file of --output. */
export const sourceFreshness: CommandRun = async (context) => {
  const open = await openProject(context)
  const state = await previousState(context, open)
  const selection = select(context, open, { resourceTypes: ['source'], state })
  const outcome = await execute(context, open, { command: 'source freshness', selection, state })
  const output = context.given.string('output')
  const file = output === undefined || isAbsolute(output) ? output : join(context.terminal.cwd, output)
  const { freshness: results, elapsedSeconds } = outcome
  const input = { results, invocation: context.invocation, elapsedSeconds }
  // The target folder keeps the last answer in any case: `source_status:` and the docs look there.
  await writeSources(open.targetDir, input)
  if (file !== undefined) await writeSources(open.targetDir, input, file)
  return exitCodeOf(outcome)
}
