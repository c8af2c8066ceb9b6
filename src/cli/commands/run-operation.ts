import { writeRunResults } from '../../artifacts/index.ts'
import { formatError } from '../../core/index.ts'
import { runOperation } from '../../run/index.ts'
import type { CommandRun } from '../command.ts'
import { usage } from '../execute.ts'
import { yamlOption } from '../flags.ts'
import { openEngine, openProject } from '../open-project.ts'

export const runOperationCommand: CommandRun = async (context) => {
  const { invocation, printer, positionals, signal, given } = context
  const macro = positionals[0]
  if (macro === undefined) throw usage('Which macro?', 'tdbt run-operation NAME --args "{key: value}"')
  const args = yamlOption('args', given.string('args'))
  const open = await openProject(context)
  const engine = await openEngine(context, open.project)
  try {
    const outcome = await runOperation({
      project: open.project,
      engine,
      invocation,
      emit: printer.emit,
      signal,
      macro,
      args,
    })
    if (invocation.flags.writeJson) {
      const seconds = (invocation.now().getTime() - invocation.startedAt.getTime()) / 1000
      await writeRunResults(open.targetDir, {
        results: [outcome.result],
        invocation,
        elapsedSeconds: seconds,
        args: { macro, args },
      })
    }
    if (outcome.error) printer.failure(formatError(outcome.error))
    return outcome.success ? 0 : 1
  } finally {
    await engine.close()
  }
}
