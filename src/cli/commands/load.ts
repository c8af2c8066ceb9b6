import { TdbtError } from '../../core/index.ts'
import type { CommandRun } from '../command.ts'
import { execute, exitCodeOf, warnWhenEmpty } from '../execute.ts'
import { openProject, previousState, select } from '../open-project.ts'
import { writeJunit } from '../output/junit.ts'
import { hasLoads } from '../resource-runners.ts'

/** Runs the loads of the selected sources, and nothing else. */
export const load: CommandRun = async (context) => {
  const open = await openProject(context)
  if (!hasLoads(open)) {
    throw new TdbtError('T8010', 'No source of the project has a load.', {
      found: `${Object.keys(open.project.manifest.sources).length} sources without 'load:'`,
      expected: 'load: {files: data/*.csv} or load: {from: <connection>} under a table of sources',
      hint: 'docs/guide.md shows how.',
    })
  }
  const state = await previousState(context, open)
  const selection = select(context, open, { resourceTypes: ['source'], state })
  warnWhenEmpty(context, selection)
  if (selection.ids.size === 0) {
    context.printer.line(
      'Loads are selected as sources: -s source:<source> or source:<source>.<table>.',
      'info',
      'Note',
    )
  }
  const outcome = await execute(context, open, { command: 'load', selection, state })
  const junit = context.given.string('junit')
  if (junit !== undefined) await writeJunit(junit, context, open, outcome)
  return exitCodeOf(outcome)
}
