import { writeManifest, writeRunResults } from '../../artifacts/index.ts'
import { formatError } from '../../core/index.ts'
import { parseInline } from '../../project/index.ts'
import { runOperation } from '../../run/index.ts'
import type { CommandRun } from '../command.ts'
import { usage } from '../execute.ts'
import { yamlOption } from '../flags.ts'
import { openEngine, openProject } from '../open-project.ts'

export const runOperationCommand: CommandRun = async (context) => {
  const { invocation, printer, positionals, signal, given } = context
  const macro = positionals[0]
  const sql = given.string('sql')
  if (macro === undefined && sql === undefined) {
    throw usage(
      'Either a macro name or --sql must be passed to run-operation.',
      'tdbt run-operation NAME --args "{key: value}", or tdbt run-operation --sql "…"',
    )
  }
  if (macro !== undefined && sql !== undefined) {
    throw usage('Cannot specify both a macro name and --sql for run-operation.', 'Leave one of them out.')
  }
  const args = yamlOption('args', given.string('args'))
  if (sql !== undefined && Object.keys(args).length > 0) {
    throw usage('--args cannot be used with --sql.', 'Write the values into the SQL, or use --vars.')
  }
  const open = await openProject(context)
  // As dbt does: the manifest of what was parsed, before the macro runs.
  if (invocation.flags.writeJson) await writeManifest(open.targetDir, { manifest: open.project.manifest, invocation })
  const inline = sql === undefined ? undefined : parseInline(open.project, sql)
  const engine = await openEngine(context, open.project)
  try {
    const outcome = await runOperation({
      project: open.project,
      engine,
      invocation,
      emit: printer.emit,
      signal,
      macro: inline ?? macro ?? '',
      args,
    })
    if (inline && outcome.success) {
      printer.line(
        `OK executed ${inline.name} [${String(outcome.result.adapter_response._message ?? 'OK')}]`,
        'info',
        'Note',
      )
    }
    if (invocation.flags.writeJson) {
      const seconds = (invocation.now().getTime() - invocation.startedAt.getTime()) / 1000
      await writeRunResults(open.targetDir, {
        results: [outcome.result],
        invocation,
        elapsedSeconds: seconds,
        args: sql === undefined ? { macro: macro ?? '', args } : { sql },
      })
    }
    if (outcome.error) printer.failure(formatError(outcome.error))
    return outcome.success ? 0 : 1
  } finally {
    await engine.close()
  }
}
