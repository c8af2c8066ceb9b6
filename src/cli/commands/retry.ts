import { join, resolve } from 'node:path'
import { readRunResults } from '../../artifacts/index.ts'
import { isJsonObject, TdbtError } from '../../core/index.ts'
import type { RunCommand } from '../../run/index.ts'
import type { CommandRun } from '../command.ts'
import { execute, exitCodeOf } from '../execute.ts'
import { openProject, previousState } from '../open-project.ts'
import { writeJunit } from '../output/junit.ts'

const RETRIED = new Set(['error', 'fail', 'skipped', 'runtime error', 'partial success'])
const COMMANDS: readonly RunCommand[] = [
  'run',
  'build',
  'test',
  'seed',
  'snapshot',
  'compile',
  'clone',
  'load',
  'export',
]

/** Runs again, with the command of the last run, the nodes that failed or were skipped in it. */
export const retry: CommandRun = async (context) => {
  const { invocation, printer, terminal } = context
  const open = await openProject(context)
  const dir = invocation.flags.state === null ? open.targetDir : resolve(terminal.cwd, invocation.flags.state)
  const last = await readRunResults(join(dir, 'run_results.json'))
  const which = String(last.args['which'] ?? 'build')
  const command = COMMANDS.find((candidate) => candidate === which)
  if (!command) {
    throw new TdbtError('T0002', `'${which}' cannot be retried.`, { expected: COMMANDS.join(', ') })
  }
  const failed = last.results.filter((result) => RETRIED.has(result.status))
  if (failed.length === 0) {
    printer.line('Nothing to retry: the last run had no failures.', 'info', 'NothingToDo')
    return 0
  }
  const known = new Set(open.dag.ids)
  const ids = new Set(failed.map((result) => result.unique_id).filter((id) => known.has(id)))
  const state = await previousState(context, open)
  const outcome = await execute(context, open, {
    command,
    selection: { ids, warnings: [], selectorName: null },
    state,
    retryBatches: failedBatches(failed),
  })
  const junit = context.given.string('junit')
  if (junit !== undefined) await writeJunit(junit, context, open, outcome)
  return exitCodeOf(outcome)
}

/** Of microbatch models that got half way, only the batches that failed. */
function failedBatches(
  results: readonly { readonly unique_id: string; readonly status: string; readonly batch_results?: unknown }[],
): Readonly<Record<string, readonly (readonly [string, string])[]>> {
  const out: Record<string, (readonly [string, string])[]> = {}
  for (const result of results) {
    if (result.status !== 'partial success' || !isJsonObject(result.batch_results)) continue
    const failed = result.batch_results['failed']
    if (!Array.isArray(failed)) continue
    out[result.unique_id] = failed.flatMap((batch: unknown) =>
      Array.isArray(batch) ? [[String(batch[0]), String(batch[1])] as const] : [],
    )
  }
  return out
}
