import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { isAbsolute, join, resolve } from 'node:path'
import { loadAdapter } from '../adapters/index.ts'
import type { Engine } from '../adapters/interface.ts'
import { readPreviousState } from '../artifacts/index.ts'
import { type Manifest, type ProjectConfig, type ResourceType, type SeedNode, TdbtError } from '../core/index.ts'
import {
  buildDag,
  type Dag,
  defaultSelector,
  type PreviousState,
  restoreDag,
  type Selection,
  selectNodes,
  updateDag,
} from '../graph/index.ts'
import { type LoadedProject, loadProject } from '../project/index.ts'
import { loadStdlib } from '../stdlib/index.ts'
import type { CommandContext } from './command.ts'
import { deriveListing, isDerived } from './listing.ts'
import { countKinds } from './output/summary.ts'
import { warn, warnLine } from './warn.ts'

/** A parsed project with its graph: where every command that looks at resources begins. */
export interface OpenProject {
  readonly project: LoadedProject
  readonly dag: Dag
  /** Absolute. */
  readonly targetDir: string
}

/** Parses the project, says what was found, prints warnings. Throws what loadProject throws. */
export async function openProject(
  context: CommandContext,
  options: { readonly silent?: boolean } = {},
): Promise<OpenProject> {
  const { invocation, printer, terminal } = context
  if (!options.silent)
    printer.line(`Running with tdbt=${terminal.version}`, 'info', 'MainReportVersion', { version: terminal.version })
  let built: Dag | undefined
  const project = await loadProject({
    invocation,
    adapterFor: loadAdapter,
    stdlib: loadStdlib(),
    emit: printer.emit,
    cacheDir: (config) => targetDirOf(context, config),
    derive: (manifest, before) => {
      try {
        const stored = isDerived(before?.derived) ? before.derived.dag : undefined
        built = before ? updateDag(manifest, stored, before.changed) : buildDag(manifest)
        return deriveListing(manifest, built)
      } catch {
        // A cycle: said below, after the warnings.
        return null
      }
    },
  })
  for (const warning of project.warnings) warn(context, warning)
  if (!options.silent) {
    const { manifest } = project
    const found = countKinds(manifest, Object.keys(manifest.macros).length)
    printer.line(`Found ${found}`, 'info', 'FoundStats', { stat_line: found })
    printer.gap()
  }
  const { derived } = project
  const dag = built ?? (isDerived(derived) ? restoreDag(derived.dag) : undefined) ?? buildDag(project.manifest)
  return { project, dag, targetDir: targetDirOf(context, project.config) }
}

export function targetDirOf(context: CommandContext, config: ProjectConfig): string {
  const asked = context.invocation.flags.targetPath
  if (asked !== null) return resolve(context.terminal.cwd, asked)
  return isAbsolute(config.targetPath) ? config.targetPath : join(config.root, config.targetPath)
}

/** Connects lazily: the first session opens the connection. */
export function openEngine(context: CommandContext, project: LoadedProject): Promise<Engine> {
  return project.adapter.open({
    target: project.target,
    projectRoot: project.config.root,
    env: context.invocation.env,
    emit: context.printer.emit,
    applicationName: `tdbt/${context.terminal.version} ${context.invocation.invocationId}`,
  })
}

/** Artifacts of `--state`, when it is given. Throws T7001 when the folder holds none. */
export async function previousState(context: CommandContext, open: OpenProject): Promise<PreviousState | undefined> {
  const { state } = context.invocation.flags
  if (state === null) return undefined
  const dir = resolve(context.terminal.cwd, state)
  if (!existsSync(dir)) {
    const asksFreshness = context.given.array('select')?.some((word) => word.includes('source_status:')) ?? false
    const lacking = asksFreshness ? ' No previous state comparison freshness results in sources.json.' : ''
    throw new TdbtError('T7001', `The state folder '${state}' is not there.${lacking}`, {
      found: dir,
      expected: 'a folder with manifest.json of an earlier run',
      hint: "Copy that run's target/ folder there, or mend --state.",
    })
  }
  if (dir === open.targetDir) {
    context.printer.line(
      `Warning: The state and target directories are the same: '${state}'. Each run overwrites the state it is compared with.`,
      'warn',
      'WarnStateTargetEqual',
    )
  }
  return readPreviousState(dir, open.targetDir)
}

/** Manifest that `--defer` and `clone` look at: --defer-state, else --state. */
export async function deferManifest(
  context: CommandContext,
  open: OpenProject,
  state: PreviousState | undefined,
): Promise<Manifest | undefined> {
  const { deferState } = context.invocation.flags
  if (deferState === null) return state?.manifest ?? undefined
  const previous = await readPreviousState(resolve(context.terminal.cwd, deferState), open.targetDir)
  return previous.manifest ?? undefined
}

/** The selection of --select, --exclude and --selector, narrowed to kinds; warnings are printed. */
export function select(
  context: CommandContext,
  open: OpenProject,
  options: {
    readonly resourceTypes?: readonly ResourceType[] | undefined
    readonly state?: PreviousState | undefined
    readonly select?: readonly string[]
    readonly includeEmpty?: boolean
  },
): Selection {
  const { given, invocation } = context
  const asked = options.select ?? given.array('select') ?? []
  const exclude = given.array('exclude') ?? []
  const { manifest } = open.project
  const selector =
    given.string('selector') ??
    (asked.length === 0 && exclude.length === 0 ? defaultSelector(manifest.selectors) : undefined)
  const selection = selectNodes({
    manifest,
    dag: open.dag,
    select: asked,
    exclude,
    selector,
    indirectSelection: invocation.flags.indirectSelection,
    resourceTypes: options.resourceTypes,
    excludeResourceTypes: resourceTypes(given.array('exclude-resource-type')),
    state: options.state,
    includeEmpty: options.includeEmpty,
  })
  for (const warning of selection.warnings) warnLine(context, warning, 'NoNodesForSelectionCriteria')
  return selection
}

const KINDS: readonly ResourceType[] = [
  'model',
  'seed',
  'snapshot',
  'test',
  'analysis',
  'unit_test',
  'source',
  'exposure',
  'metric',
  'semantic_model',
  'saved_query',
  'function',
]

/** `--resource-type` values; `all` and `default` mean every kind that the command takes. Throws T0002 for a word that is no kind. */
export function resourceTypes(words: readonly string[] | undefined): readonly ResourceType[] | undefined {
  if (!words || words.includes('all') || words.includes('default')) return undefined
  return words.map((word) => {
    const kind = KINDS.find((candidate) => candidate === word)
    if (!kind) {
      throw new TdbtError('T0002', `'${word}' is no kind of resource.`, { found: word, expected: KINDS.join(', ') })
    }
    return kind
  })
}

/** The text of a seed's CSV file, from the package it belongs to. */
export function seedReader(project: LoadedProject): (node: SeedNode) => Promise<string> {
  return async (node) => {
    const root = node.root_path ?? packageRoot(project, node.package_name)
    const file = join(root, node.original_file_path)
    try {
      return await readFile(file, 'utf8')
    } catch (cause) {
      throw new TdbtError('T6004', `The seed's file cannot be read: ${node.original_file_path}.`, {
        nodeId: node.unique_id,
        cause,
      })
    }
  }
}

function packageRoot(project: LoadedProject, name: string): string {
  return [project.config, ...project.packages].find((config) => config.name === name)?.root ?? project.config.root
}
