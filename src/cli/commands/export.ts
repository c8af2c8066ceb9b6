import type { Engine } from '../../adapters/interface.ts'
import {
  asTdbtError,
  type ExportSpec,
  findResource,
  formatError,
  type JsonObject,
  readExportSpec,
  TdbtError,
} from '../../core/index.ts'
import { type ExportedRelation, type Exporter, summary } from '../../export/index.ts'
import type { CommandContext, CommandRun, ExitCode } from '../command.ts'
import { execute, exitCodeOf, warnWhenEmpty } from '../execute.ts'
import { type OpenProject, openEngine, openProject, previousState, select } from '../open-project.ts'
import { writeJunit } from '../output/junit.ts'
import { hasExports, openExporter } from '../resource-runners.ts'
import { failIfBroken, readInline } from './compile.ts'

const OPTIONS = ['format', 'compression', 'partition-by', 'order-by', 'store-connection', 'inline'] as const

/** Exports: with --to what is selected or --inline gives, else the project's exposures of type export. */
export const exportCommand: CommandRun = async (context) => {
  const { given } = context
  const to = given.string('to')
  if (to === undefined) {
    const stray = OPTIONS.find((name) => given.array(name) !== undefined)
    if (stray !== undefined) throw new TdbtError('T0002', `--${stray} needs --to.`, { expected: '--to FOLDER or FILE' })
    return await exportExposures(context)
  }
  const spec = readExportSpec(blockOf(context, to), 'tdbt export')
  const open = await openProject(context)
  const relations =
    given.string('inline') === undefined ? await selected(context, open) : [await inlineQuery(context, open)]
  if (relations.length > 1 && /\.(?:csv|jsonl|ndjson|parquet)(?:\.gz)?$/i.test(spec.to)) {
    throw new TdbtError('T8030', `tdbt export: --to is one file, and ${relations.length} relations are selected`, {
      found: spec.to,
      expected: 'a folder: --to exports/',
      hint: 'Name a folder, or select one model.',
    })
  }
  return await exportAll(context, open, relations, spec)
}

async function exportExposures(context: CommandContext): Promise<ExitCode> {
  const open = await openProject(context)
  if (!hasExports(open)) {
    throw new TdbtError('T8030', 'No exposure of the project is an export.', {
      found: `${Object.keys(open.project.manifest.exposures).length} exposures without 'export:'`,
      expected: 'an exposure with type: export and export: {format: csv, to: reports/}; or --to',
      hint: 'docs/guide.md shows how.',
    })
  }
  const state = await previousState(context, open)
  const selection = select(context, open, { resourceTypes: ['exposure'], state })
  warnWhenEmpty(context, selection)
  if (selection.ids.size === 0) {
    context.printer.line(
      'Without --to exposures are exported. For models name a folder or file: --to exports/.',
      'info',
      'Note',
    )
  }
  const outcome = await execute(context, open, { command: 'export', selection, state })
  const junit = context.given.string('junit')
  if (junit !== undefined) await writeJunit(junit, context, open, outcome)
  return exitCodeOf(outcome)
}

function blockOf({ given }: CommandContext, to: string): JsonObject {
  const block: Record<string, string | readonly string[] | undefined> = {
    to,
    format: given.string('format'),
    compression: given.string('compression'),
    connection: given.string('store-connection'),
    partition_by: given.array('partition-by'),
    order_by: given.array('order-by'),
  }
  return Object.fromEntries(Object.entries(block).filter(([, value]) => value !== undefined)) as JsonObject
}

/** The relations of what is selected, in the order of the DAG; ephemeral models are passed over and named, since there is nothing of them in the database. */
async function selected(context: CommandContext, open: OpenProject): Promise<readonly ExportedRelation[]> {
  const { manifest } = open.project
  const state = await previousState(context, open)
  const kinds = ['model', 'seed', 'snapshot', 'source'] as const
  const asked = context.given.array('select') ?? []
  const selection = select(context, open, {
    // Without a word of sources, only what the project itself makes.
    resourceTypes: asked.some((word) => word.includes('source:')) ? kinds : kinds.slice(0, 3),
    state,
  })
  warnWhenEmpty(context, selection)
  return open.dag.ids.flatMap((id) => {
    const node = selection.ids.has(id) ? findResource(manifest, id) : undefined
    if (node === undefined) return []
    if (!('relation_name' in node) || typeof node.relation_name !== 'string') {
      const text = `${node.name} is ephemeral and was passed over. For its rows: --inline "select * from {{ ref('${node.name}') }}".`
      context.printer.line(text, 'info', 'Note')
      return []
    }
    const name = 'alias' in node && typeof node.alias === 'string' ? node.alias : node.name
    return [{ name, relation: node.relation_name }]
  })
}

/** The query of --inline, compiled, in parentheses. */
async function inlineQuery(context: CommandContext, open: OpenProject): Promise<ExportedRelation> {
  const inline = readInline(open, context.given.string('inline') ?? '')
  const outcome = await execute(context, open, {
    command: 'compile',
    selection: { ids: new Set(), warnings: [], selectorName: null },
    silent: true,
    keepResults: true,
    inline,
  })
  failIfBroken(outcome, open)
  const sql = outcome.compiled.get(inline.unique_id)?.compiled_code ?? ''
  // On lines of its own: the query may end in a comment.
  return { name: 'query', relation: `(\n${sql.replace(/;\s*$/, '')}\n)` }
}

async function exportAll(
  context: CommandContext,
  open: OpenProject,
  relations: readonly ExportedRelation[],
  spec: ExportSpec,
): Promise<ExitCode> {
  const engine = await openEngine(context, open.project)
  const exporter = await openExporter(context, open, context.terminal.cwd)
  let failed = 0
  try {
    for (const relation of relations) {
      if (!(await exportOne(context, exporter, engine, relation, spec))) failed++
    }
  } finally {
    await exporter.close()
    await engine.close()
  }
  return failed === 0 ? 0 : 1
}

async function exportOne(
  { printer, signal, invocation }: CommandContext,
  exporter: Exporter,
  engine: Engine,
  relation: ExportedRelation,
  spec: ExportSpec,
): Promise<boolean> {
  const from = invocation.now().getTime()
  try {
    const owner = `Export of ${relation.name}`
    const outcome = await exporter.exportRelation({ relation, spec, owner, engine, emit: printer.emit, signal })
    const seconds = ((invocation.now().getTime() - from) / 1000).toFixed(2)
    const [first = 'nothing', ...more] = outcome.places
    const where = more.length === 0 ? first : `${first} and ${more.length} more`
    printer.line(`${summary([outcome]).message}: ${relation.name} → ${where} in ${seconds}s`, 'info', 'Exported')
    return true
  } catch (thrown) {
    signal.throwIfAborted()
    printer.failure(formatError(asTdbtError(thrown)), 'ExportFailed')
    return false
  }
}
