import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { loadAdapter } from '../../src/adapters/index.ts'
import type { EventSink, Flags, Invocation, JsonObject, Manifest, RunEvent } from '../../src/core/index.ts'
import { buildDag, selectNodes } from '../../src/graph/index.ts'
import { type LoadedProject, loadProject, parseInline } from '../../src/project/index.ts'
import {
  type ExecuteOptions,
  executeNodes,
  type ResourceRunners,
  type RunCommand,
  type RunOutcome,
  runOperation,
} from '../../src/run/index.ts'
import { loadStdlib } from '../../src/stdlib/index.ts'

export interface RunProjectOptions {
  /** Folder of the project; its profiles.yml is looked for there. */
  readonly dir: string
  readonly command: RunCommand
  readonly select?: readonly string[]
  readonly exclude?: readonly string[]
  readonly vars?: JsonObject
  readonly flags?: Partial<Flags>
  readonly target?: string
  readonly threads?: number
  readonly inline?: string
  readonly limit?: number | null
  readonly previous?: Manifest
  readonly signal?: AbortSignal
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly onEvent?: EventSink
  readonly runners?: ResourceRunners
  readonly now?: () => Date
  readonly scripts?: ExecuteOptions['scripts']
}

export interface RunProjectResult extends RunOutcome {
  readonly project: LoadedProject
  readonly events: readonly RunEvent[]
  /** Status by unique_id, and the message where it is no success. */
  readonly statuses: Readonly<Record<string, string>>
}

export const FLAGS: Flags = {
  fullRefresh: false,
  failFast: false,
  empty: false,
  storeFailures: false,
  threads: null,
  target: null,
  profile: null,
  profilesDir: null,
  projectDir: '',
  targetPath: null,
  warnError: false,
  warnErrorOptions: {},
  quiet: false,
  debug: false,
  useColors: false,
  logFormat: 'text',
  partialParse: false,
  cacheSelectedOnly: false,
  indirectSelection: 'eager',
  introspect: true,
  defer: false,
  favorState: false,
  state: null,
  deferState: null,
  version_check: true,
  print: true,
  writeJson: false,
  eventTimeStart: null,
  eventTimeEnd: null,
  sample: null,
  which: 'run',
  behavior: {},
}

function invocationOf(options: Omit<RunProjectOptions, 'command'> & { readonly command: string }): Invocation {
  const now = options.now ?? (() => new Date())
  return {
    invocationId: '00000000-0000-0000-0000-000000000000',
    startedAt: now(),
    env: options.env ?? process.env,
    vars: options.vars ?? {},
    flags: {
      ...FLAGS,
      projectDir: options.dir,
      profilesDir: options.dir,
      target: options.target ?? null,
      which: options.command,
      ...options.flags,
    },
    command: options.command,
    now,
  }
}

async function load(invocation: Invocation, emit: EventSink): Promise<LoadedProject> {
  return await loadProject({ invocation, adapterFor: loadAdapter, stdlib: loadStdlib(), emit })
}

/** Loads a project and carries a command out, without the command line: what e2e tests look at is the outcome. Texts go to target/ as ever. */
export async function runProject(options: RunProjectOptions): Promise<RunProjectResult> {
  const events: RunEvent[] = []
  const emit: EventSink = (event) => {
    events.push(event)
    options.onEvent?.(event)
  }
  const invocation = invocationOf(options)
  const project = await load(invocation, emit)
  const dag = buildDag(project.manifest)
  const inline = options.inline === undefined ? undefined : parseInline(project, options.inline, 'inline_query')
  const selected =
    inline === undefined
      ? selectNodes({
          manifest: project.manifest,
          dag,
          select: options.select ?? [],
          exclude: options.exclude ?? [],
          indirectSelection: invocation.flags.indirectSelection,
        }).ids
      : new Set<string>()
  const engine = await project.adapter.open({
    target: project.target,
    projectRoot: project.config.root,
    env: invocation.env,
    emit,
    applicationName: 'tdbt tests',
  })
  try {
    const outcome = await executeNodes({
      project,
      dag,
      selected,
      command: options.command,
      engine,
      invocation,
      emit,
      signal: options.signal,
      threads: options.threads,
      inline,
      limit: options.limit,
      previous: options.previous,
      runners: options.runners,
      scripts: options.scripts,
      readSeed: (node) => readFile(join(node.root_path ?? options.dir, node.original_file_path), 'utf8'),
      writeFile: async ({ kind, path, text }) => {
        const file = join(options.dir, 'target', kind, path)
        await mkdir(dirname(file), { recursive: true })
        await writeFile(file, text)
      },
    })
    const statuses = Object.fromEntries(
      outcome.results.map(({ unique_id, status, message }) => [
        unique_id,
        ['success', 'pass', 'no-op'].includes(status) || message === null ? status : `${status}: ${message}`,
      ]),
    )
    return { ...outcome, project, events, statuses }
  } finally {
    await engine.close()
  }
}

/** Calls a macro as run-operation does. */
export async function callOperation(
  options: Omit<RunProjectOptions, 'command'> & { readonly macro: string; readonly args?: JsonObject },
): Promise<{ readonly error: string | null; readonly events: readonly RunEvent[] }> {
  const events: RunEvent[] = []
  const emit: EventSink = (event) => events.push(event)
  const invocation = invocationOf({ ...options, command: 'run-operation' })
  const project = await load(invocation, emit)
  const engine = await project.adapter.open({
    target: project.target,
    projectRoot: project.config.root,
    env: invocation.env,
    emit,
    applicationName: 'tdbt tests',
  })
  try {
    const outcome = await runOperation({
      project,
      engine,
      invocation,
      emit,
      macro: options.macro,
      args: options.args ?? {},
      signal: options.signal,
    })
    return { error: outcome.error?.message ?? null, events }
  } finally {
    await engine.close()
  }
}
