import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { promisify } from 'node:util'
import { loadAdapter } from '../../adapters/index.ts'
import { findResource, TdbtError } from '../../core/index.ts'
import type { PreviousState } from '../../graph/index.ts'
import { loadProject } from '../../project/index.ts'
import type { RunOutcome } from '../../run/index.ts'
import { loadStdlib } from '../../stdlib/index.ts'
import type { CommandContext, CommandRun } from '../command.ts'
import { execute, exitCodeOf } from '../execute.ts'
import { type OpenProject, openProject, previousState, select } from '../open-project.ts'
import { writeJunit } from '../output/junit.ts'
import { userPlace } from '../output/user-place.ts'

const git = promisify(execFile)

/**
 * The gate: builds what changed and everything downstream of it. What changed is told by `--state` (artifacts of production) or,
 * without it, by parsing the project as it stands at a git revision. Exit code 0 only when all of it is green.
 */
export const ci: CommandRun = async (context) => {
  const { printer, given } = context
  const open = await openProject(context)
  const state = (await previousState(context, open)) ?? (await stateOfRevision(context, open))
  const asked = given.array('select')
  const selection = select(context, open, {
    state,
    resourceTypes: ['model', 'seed', 'snapshot', 'test', 'unit_test', 'function'],
    select: asked ?? ['state:modified+'],
  })
  const changed = [...selection.ids].filter((id) => findResource(open.project.manifest, id)?.resource_type !== 'test')
  if (selection.ids.size === 0) {
    printer.line('Nothing changed: nothing to build.', 'info', 'NothingToDo')
  } else {
    printer.line(
      `Changed or downstream of a change: ${changed.length} nodes, ${selection.ids.size - changed.length} tests`,
    )
  }
  const outcome = await execute(context, open, { command: 'build', selection, state })
  if (context.terminal.env['GITHUB_ACTIONS'] === 'true') annotate(context, open, outcome)
  await stepSummary(context, open, outcome)
  const junit = given.string('junit')
  if (junit !== undefined) await writeJunit(junit, context, open, outcome)
  return exitCodeOf(outcome)
}

/** The project as a git revision has it, parsed in a folder of its own; installed packages are those of today. */
async function stateOfRevision(context: CommandContext, open: OpenProject): Promise<PreviousState> {
  const { root } = open.project.config
  const revision = await baseRevision(context, root)
  const dir = await mkdtemp(join(tmpdir(), 'tdbt-ci-'))
  try {
    const top = (await run(root, ['rev-parse', '--show-toplevel'])).trim()
    const inside = relative(top, root)
    const archive = join(dir, 'base.tar')
    await run(top, ['archive', '--format=tar', `--output=${archive}`, revision, ...(inside ? [inside] : [])])
    await git('tar', ['-xf', archive, '-C', dir])
    const base = inside ? join(dir, inside) : dir
    const installed = resolve(root, open.project.config.packagesInstallPath)
    if (existsSync(installed)) await symlink(installed, join(base, open.project.config.packagesInstallPath))
    const project = await loadProject({
      invocation: {
        ...context.invocation,
        flags: {
          ...context.invocation.flags,
          projectDir: base,
          profilesDir: context.invocation.flags.profilesDir ?? root,
          partialParse: false,
        },
      },
      adapterFor: loadAdapter,
      stdlib: loadStdlib(),
      emit: () => {},
    })
    context.printer.line(`Comparing with ${revision}`, 'info', 'CompareBase')
    return { manifest: project.manifest, results: null, sources: null, sourcesCurrent: null }
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

/** --base, else the pull request's target branch, else main or master, else the commit before. */
async function baseRevision(context: CommandContext, root: string): Promise<string> {
  const { env } = context.terminal
  const asked = context.given.string('base')
  const pull = env['GITHUB_BASE_REF'] || env['CI_MERGE_REQUEST_TARGET_BRANCH_NAME']
  const candidates = asked
    ? [asked]
    : [...(pull ? [`origin/${pull}`, pull] : []), 'origin/main', 'origin/master', 'main', 'master']
  for (const candidate of candidates) {
    try {
      const mergeBase = (await run(root, ['merge-base', candidate, 'HEAD'])).trim()
      const head = (await run(root, ['rev-parse', 'HEAD'])).trim()
      // On the base branch itself with a clean tree there is nothing newer than it: compare with the commit before.
      if (mergeBase !== head || asked || (await run(root, ['status', '--porcelain'])).trim() !== '') return mergeBase
      return (await run(root, ['rev-parse', 'HEAD~1'])).trim()
    } catch {}
  }
  throw new TdbtError('T7001', 'Nothing to compare with: no state and no git revision.', {
    found: asked ? `no revision '${asked}'` : 'no git repository with a base branch or an earlier commit',
    expected: '--state DIR with artifacts, or --base REVISION',
    hint: 'In a CI checkout fetch the base branch too (fetch-depth: 0).',
  })
}

async function run(cwd: string, args: readonly string[]): Promise<string> {
  const { stdout } = await git('git', [...args], { cwd, maxBuffer: 64 * 1024 * 1024 })
  return stdout
}

/** Failures as annotations on the files of the pull request. */
function annotate(context: CommandContext, open: OpenProject, outcome: RunOutcome): void {
  for (const result of outcome.results) {
    const level = ['error', 'fail', 'runtime error', 'partial success'].includes(result.status)
      ? 'error'
      : result.status === 'warn'
        ? 'warning'
        : undefined
    if (!level) continue
    const node = findResource(open.project.manifest, result.unique_id)
    const at = open.project.locations[result.unique_id]
    const file = at?.file ?? node?.original_file_path ?? ''
    const place = userPlace(outcome.errors.get(result.unique_id))
    const line = (place?.file === file ? place.line : undefined) ?? at?.line ?? 1
    const title = `${node?.resource_type ?? 'node'} ${node?.name ?? result.unique_id}`
    context.terminal.stdout.write(
      `::${level} file=${property(file)},line=${line},title=${property(title)}::${data(result.message ?? result.status)}\n`,
    )
  }
}

/** GitHub's escapes of workflow commands. */
function data(text: string): string {
  return text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A')
}

function property(text: string): string {
  return data(text).replace(/:/g, '%3A').replace(/,/g, '%2C')
}

/** A table for the run's summary page, where the CI system gives a file for it. */
async function stepSummary(context: CommandContext, open: OpenProject, outcome: RunOutcome): Promise<void> {
  const file = context.terminal.env['GITHUB_STEP_SUMMARY']
  if (!file) return
  const rows = outcome.results.map((result) => {
    const node = findResource(open.project.manifest, result.unique_id)
    return `| ${node?.resource_type ?? ''} | ${node?.name ?? result.unique_id} | ${result.status} | ${result.execution_time.toFixed(2)} s |`
  })
  await mkdir(resolve(file, '..'), { recursive: true })
  await writeFile(
    file,
    ['## tdbt', '', '| kind | name | status | time |', '|---|---|---|---|', ...rows, ''].join('\n'),
    { flag: 'a' },
  )
}
