import { asTdbtError, type SqlOperationNode, TdbtError } from '../../core/index.ts'
import type { Selection } from '../../graph/index.ts'
import { parseInline } from '../../project/index.ts'
import type { RunOutcome } from '../../run/index.ts'
import type { CommandContext, CommandRun } from '../command.ts'
import { execute, exitCodeOf, usage, warnWhenEmpty } from '../execute.ts'
import { withMacroHint } from '../macro-hint.ts'
import { type OpenProject, openProject, previousState, resourceTypes, select } from '../open-project.ts'
import { rowsToJson, rowsToText } from '../output/rows.ts'

const NONE: Selection = { ids: new Set(), warnings: [], selectorName: null }

export const compile: CommandRun = async (context) => {
  const { given, printer } = context
  const open = await openProject(context, { silent: given.string('output') === 'json' })
  const state = await previousState(context, open)
  const inlineSql = given.string('inline')
  const inline = inlineSql === undefined ? undefined : readInline(open, inlineSql)
  const selection = inline
    ? NONE
    : select(context, open, {
        resourceTypes: resourceTypes(given.array('resource-type')) ?? [
          'model',
          'seed',
          'snapshot',
          'test',
          'analysis',
          'unit_test',
          'function',
        ],
        state,
      })
  if (!inline) warnWhenEmpty(context, selection)
  const outcome = await execute(context, open, {
    command: 'compile',
    selection,
    state,
    silent: true,
    ...(inline ? { inline } : {}),
  })
  failIfBroken(outcome, open)
  const asked = inline !== undefined || given.array('select') !== undefined
  if (!asked) return exitCodeOf(outcome)
  for (const compiled of outcome.compiled.values()) {
    const node = open.project.manifest.nodes[compiled.unique_id]
    // What is compiled on the way (ephemeral parents) was not asked for.
    if (!inline && (!selection.ids.has(compiled.unique_id) || node?.resource_type === 'test')) continue
    if (given.string('output') === 'json') {
      printer.data(
        JSON.stringify(
          inline ? { compiled: compiled.compiled_code } : { node: node?.name, compiled: compiled.compiled_code },
          null,
          2,
        ),
      )
    } else {
      printer.line(
        inline ? 'Compiled inline node is:' : `Compiled node '${node?.name ?? compiled.unique_id}' is:`,
        'info',
        'CompiledNode',
        {
          node_name: node?.name ?? 'inline_query',
          unique_id: compiled.unique_id,
          is_inline: inline !== undefined,
          output_format: 'text',
          compiled: compiled.compiled_code,
        },
      )
      printer.data(compiled.compiled_code)
    }
  }
  return exitCodeOf(outcome)
}

export const show: CommandRun = async (context) => {
  const { given, printer } = context
  const direct = given.string('inline-direct')
  // dbt sends it as it stands: nothing in it is a template.
  const inlineSql = direct === undefined ? given.string('inline') : `{% raw %}${direct}{% endraw %}`
  if (direct !== undefined && given.string('inline') !== undefined) {
    throw usage('--inline and --inline-direct do not go together.', 'Leave one of them out.')
  }
  if (inlineSql === undefined && !given.array('select') && !given.string('selector')) {
    throw usage(
      'Either --select or --inline must be passed to show',
      'Name a model with --select, or give a query with --inline.',
    )
  }
  const open = await openProject(context, { silent: given.string('output') === 'json' })
  const state = await previousState(context, open)
  const inline = inlineSql === undefined ? undefined : readInline(open, inlineSql)
  const selection = inline
    ? NONE
    : select(context, open, { resourceTypes: ['model', 'seed', 'snapshot', 'test', 'analysis'], state })
  const limit = given.number('limit') ?? 5
  const outcome = await execute(context, open, {
    command: 'show',
    selection,
    state,
    silent: true,
    // Its text may end as it likes, so that nothing can stand behind it: what is too many is left out here.
    limit: limit < 0 || direct !== undefined ? null : limit,
    ...(inline ? { inline } : {}),
  })
  failIfBroken(outcome, open)
  const json = given.string('output') === 'json'
  for (const [id, whole] of outcome.tables) {
    const table = direct !== undefined && limit >= 0 ? whole.withRows(whole.rows.slice(0, limit)) : whole
    const name = nodeName(open, id)
    if (json) {
      printer.data(rowsToJson(table, inline ? null : name))
    } else {
      const preview = rowsToText(table)
      printer.line(inline ? 'Previewing inline node:' : `Previewing node '${name}':`, 'info', 'ShowNode', {
        ...{ node_name: name, unique_id: id, is_inline: inline !== undefined, output_format: 'text', preview },
      })
      printer.data(preview)
    }
  }
  return exitCodeOf(outcome)
}

/** The node of --inline; what is wrong with it is said to be of the query, not of the project. */
export function readInline(open: OpenProject, sql: string): SqlOperationNode {
  try {
    return parseInline(open.project, sql, 'inline_query')
  } catch (thrown) {
    const error = asTdbtError(thrown)
    throw new TdbtError(error.code, `Error parsing inline query\n${error.message}`, {
      ...error.details,
      event: 'ParseInlineNodeError',
      cause: error,
    })
  }
}

/** The name, with the version of a versioned model, as dbt shows it. */
function nodeName(open: OpenProject, id: string): string {
  const node = open.project.manifest.nodes[id]
  const version = node?.resource_type === 'model' ? node.version : null
  return version === null || version === undefined ? (node?.name ?? id) : `${node?.name}.v${version}`
}

/** compile and show have no result lines, so an error ends them with its whole text. */
export function failIfBroken(outcome: RunOutcome, open: OpenProject): void {
  const [first] = outcome.errors
  if (!first) return
  const [id, error] = first
  // A refusal of the database says so, and of what, in dbt's words.
  const message =
    error.code === 'T5003' ? `Database Error in ${id.replace(/\..*\./, ' ')}\n${error.message}` : error.message
  throw withMacroHint(new TdbtError(error.code, message, { ...error.details, cause: error }), open.project.manifest)
}

export type CompileContext = CommandContext
