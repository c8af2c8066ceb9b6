import { join, relative } from 'node:path'
import {
  producedWriter,
  writeGraphSummary,
  writeManifest,
  writeRunResults,
  writeSemanticManifest,
} from '../artifacts/index.ts'
import {
  asTdbtError,
  codeFrame,
  type EventSink,
  findResource,
  formatError,
  type GraphNode,
  type JsonObject,
  type NodeResult,
  type SqlOperationNode,
  TdbtError,
} from '../core/index.ts'
import type { PreviousState, Selection } from '../graph/index.ts'
import { executeNodes, type RunCommand, type RunOutcome } from '../run/index.ts'
import type { CommandContext, ExitCode } from './command.ts'
import { withMacroHint } from './macro-hint.ts'
import { deferManifest, type OpenProject, openEngine, seedReader } from './open-project.ts'
import { duration, ranKinds, tally } from './output/summary.ts'
import { userPlace } from './output/user-place.ts'
import { openRunners } from './resource-runners.ts'
import { warnLine } from './warn.ts'

export interface ExecuteRequest {
  readonly command: RunCommand
  readonly selection: Selection
  readonly state?: PreviousState | undefined
  readonly inline?: SqlOperationNode
  readonly limit?: number | null
  /** Leaves run_results.json as it is: docs show the results of the last build or test. */
  readonly keepResults?: boolean
  /** No end report: the command prints its own. */
  readonly silent?: boolean
  readonly retryBatches?: Readonly<Record<string, readonly (readonly [start: string, end: string])[]>>
}

/** Runs what was selected, writes the artifacts (also after an interrupt), prints dbt's summary. */
export async function execute(
  context: CommandContext,
  open: OpenProject,
  request: ExecuteRequest,
): Promise<RunOutcome> {
  const { invocation, printer, signal } = context
  const { project, targetDir } = open
  // Where nothing was selected that is all there is to say, as in dbt.
  const silent = request.silent || (request.selection.ids.size === 0 && request.inline === undefined)
  const engine = await openEngine(context, project)
  const resources = await openRunners(context, open)
  // What the run made is told and written even where saying goodbye to the engine goes wrong.
  const close = (what: { close(): Promise<void> }): Promise<void> =>
    what.close().catch((thrown: unknown) => printer.emit({ type: 'warning', error: asTdbtError(thrown) }))
  let outcome: RunOutcome
  try {
    if (!silent) {
      const threads = invocation.flags.threads ?? project.target.threads
      const { targetName } = project.target
      printer.line(`Concurrency: ${threads} threads (target='${targetName}')`, 'info', 'ConcurrencyLine', {
        ...{ num_threads: threads, target_name: targetName, node_count: request.selection.ids.size },
      })
      printer.gap()
    }
    outcome = await executeNodes({
      project,
      dag: open.dag,
      selected: request.selection.ids,
      command: request.command,
      engine,
      invocation,
      emit: request.silent ? withoutNodeLines(printer.emit) : printer.emit,
      signal,
      readSeed: seedReader(project),
      runners: resources.runners,
      writeFile: producedWriter(targetDir),
      threads: invocation.flags.threads ?? undefined,
      previous: await deferManifest(context, open, request.state),
      limit: request.limit,
      inline: request.inline,
      retryBatches: request.retryBatches,
    })
  } catch (thrown) {
    await close(resources)
    await close(engine)
    throw withMacroHint(asTdbtError(thrown), project.manifest)
  }
  await close(resources)
  // An embedded server takes its time to stop: the artifacts are written meanwhile.
  const closed = close(engine)
  try {
    await writeArtifacts(context, open, request, outcome, () => resources.report())
  } finally {
    await closed
  }
  if (!silent) report(context, open, outcome)
  return outcome
}

async function writeArtifacts(
  context: CommandContext,
  open: OpenProject,
  request: ExecuteRequest,
  outcome: RunOutcome,
  reportResources: () => Promise<void>,
): Promise<void> {
  const { invocation } = context
  const { project, targetDir } = open
  if (!invocation.flags.writeJson) return
  // Compiling ends with the first error: there are no results then, and the manifest holds what was parsed.
  const broken = (request.command === 'compile' || request.command === 'show') && outcome.errors.size > 0
  if (!(broken && request.keepResults)) {
    const { compiled, executed } = broken ? {} : outcome
    await writeManifest(targetDir, { manifest: project.manifest, invocation, compiled, executed })
    await writeSemanticManifest(targetDir, project.manifest)
    await writeGraphSummary(targetDir, project.manifest, open.dag, invocation)
    await reportResources()
    // sources.json is what freshness leaves, as in dbt; docs show the last run, so they leave its results alone.
    if (request.command !== 'source freshness' && !request.keepResults && !broken) {
      await writeRunResults(targetDir, {
        results: outcome.results,
        invocation,
        elapsedSeconds: outcome.elapsedSeconds,
        // A retry is recorded as the command that it ran again, so that it can be retried itself.
        args: {
          ...selectionArgs(context),
          ...(invocation.command === 'retry' ? { which: request.command } : {}),
          ...(request.command === 'show' ? { limit: request.limit ?? -1 } : {}),
        },
      })
    }
  }
}

export function exitCodeOf(outcome: RunOutcome): ExitCode {
  return outcome.success && !outcome.interrupted ? 0 : 1
}

/** What a later `retry` needs to select again. */
function selectionArgs(context: CommandContext): JsonObject {
  const { given } = context
  return {
    select: [...(given.array('select') ?? [])],
    exclude: [...(given.array('exclude') ?? [])],
    selector: given.string('selector') ?? null,
  }
}

/** dbt's closing lines: what ran, each failure with its message and file, the tally. */
function report(context: CommandContext, open: OpenProject, outcome: RunOutcome): void {
  const { printer } = context
  const { manifest } = open.project
  printer.gap()
  printer.line(
    `Finished running ${ranKinds(manifest, outcome.results)} ${duration(outcome.elapsedSeconds)}.`,
    'info',
    'FinishedRunningStats',
    {
      stat_line: ranKinds(manifest, outcome.results),
      execution: ` ${duration(outcome.elapsedSeconds)}`,
      execution_time: outcome.elapsedSeconds,
    },
  )
  printer.gap()
  const counts = tally(outcome.results)
  if (outcome.interrupted) {
    printer.line('Interrupted: what was running was cancelled and rolled back.', 'warn', 'Interrupted')
  }
  if (counts.error > 0 || counts.warn > 0 || counts.partial > 0) {
    const level = counts.error > 0 ? 'error' : 'warn'
    printer.line(
      `Completed with ${count(counts.error, 'error')}, ${count(counts.partial, 'partial success')}, and ${count(counts.warn, 'warning')}:`,
      level,
      'EndOfRunSummary',
      { num_errors: counts.error, num_warnings: counts.warn, num_partial_success: counts.partial },
    )
    for (const result of outcome.results) problem(context, open, outcome, result)
  } else if (!outcome.interrupted) {
    printer.line('Completed successfully', 'info', 'EndOfRunSummary')
  }
  printer.gap()
  printer.line(
    `Done. PASS=${counts.pass} WARN=${counts.warn} ERROR=${counts.error} SKIP=${counts.skip} NO-OP=${counts.noOp} TOTAL=${counts.total}`,
    'info',
    'StatsLine',
    {
      stats: {
        pass: counts.pass,
        warn: counts.warn,
        error: counts.error,
        skip: counts.skip,
        noop: counts.noOp,
        total: counts.total,
      },
    },
  )
}

function count(number: number, word: string): string {
  if (word.endsWith('ss')) return `${number} ${word}${number === 1 ? '' : 'es'}`
  return `${number} ${word}${number === 1 ? '' : 's'}`
}

function problem(context: CommandContext, open: OpenProject, outcome: RunOutcome, result: NodeResult): void {
  const { printer } = context
  if (!['error', 'fail', 'warn', 'runtime error', 'partial success'].includes(result.status)) return
  const { manifest } = open.project
  const node = findResource(manifest, result.unique_id)
  const level = result.status === 'warn' ? 'warn' : 'error'
  printer.gap()
  if (node && (result.status === 'fail' || result.status === 'warn')) {
    const word = result.status === 'fail' ? 'Failure' : 'Warning'
    const name = result.status === 'fail' ? 'RunResultFailure' : 'RunResultWarning'
    printer.line(headOf(word, node), level, name, aboutNode(node))
    printer.line(`  ${result.message ?? ''}`, level, 'RunResultError', { msg: result.message ?? '' })
  } else {
    const known = outcome.errors.get(result.unique_id)
    const error = known && withMacroHint(known, manifest)
    if (node) printer.line(headOf('Failure', node), level, 'RunResultFailure', aboutNode(node))
    const msg = result.message ?? (error ? formatError(error) : `Status: ${result.status}`)
    printer.line(indented(msg), level, 'RunResultError', { msg })
    if (error) {
      const { source, hint, found, expected } = error.details
      const location = userPlace(error)
      const place = location ? ` at ${location.file}:${location.line}:${location.column}` : ''
      printer.line(`  ${error.code}${place}`, level, 'RunResultCode')
      const ownSource = location === error.details.location ? source : undefined
      const frame = location && ownSource !== undefined ? codeFrame(ownSource, location) : ''
      if (frame) printer.line(indented(frame), level, 'RunResultFrame')
      // Of a statement that the engine refused, what was found is the engine's own code for it.
      if (found && error.code !== 'T5003') printer.line(indented(labelled('found:', found)), level, 'RunResultFound')
      if (expected) printer.line(indented(labelled('expected:', expected)), level, 'RunResultExpected')
      if (hint) printer.line(`  next: ${hint}`, level, 'RunResultHint')
    }
  }
  const compiled = outcome.compiled.get(result.unique_id)
  if (compiled?.compiled_path && node) {
    const file = join(open.targetDir, 'compiled', node.package_name, compiled.compiled_path)
    printer.gap()
    const path = relative(open.project.config.root, file)
    printer.line(`  compiled code at ${path}`, 'info', 'SQLCompiledPath', { path })
  }
}

function headOf(word: string, node: GraphNode): string {
  return `${word} in ${node.resource_type} ${node.name} (${node.original_file_path})`
}

/** The fields of dbt's events about a node's failure. */
function aboutNode(node: GraphNode): Readonly<Record<string, unknown>> {
  return { node_name: node.name, path: node.original_file_path, resource_type: node.resource_type }
}

function labelled(label: string, text: string): string {
  return `${label.padEnd(9)} ${text.replaceAll('\n', `\n${' '.repeat(10)}`)}`
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')
}

/** compile and show say what they made, not what they did to make it. */
function withoutNodeLines(emit: EventSink): EventSink {
  return (event) => {
    if (event.type !== 'node_start' && event.type !== 'node_finish') emit(event)
  }
}

/** Nothing selected is a warning in dbt, not an error. */
export function warnWhenEmpty(context: CommandContext, selection: Selection): void {
  if (selection.ids.size === 0) {
    warnLine(context, 'Nothing to do. Try checking your model configs and model specification args', 'NothingToDo')
  }
}

export function usage(message: string, hint: string): TdbtError {
  return new TdbtError('T0002', message, { hint })
}
