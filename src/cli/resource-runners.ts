import { loadAdapter } from '../adapters/index.ts'
import { writeLoadResults } from '../artifacts/index.ts'
import type { JsonObject, ResourceType } from '../core/index.ts'
import type { Loader } from '../load/index.ts'
import { loadConnection } from '../project/index.ts'
import type { ResourceRunners } from '../run/index.ts'
import type { CommandContext } from './command.ts'
import type { OpenProject } from './open-project.ts'

/** Who loads sources and exports exposures in a run, until it is closed. */
export interface OpenRunners {
  readonly runners: ResourceRunners
  /** Writes what the runners have to tell to target/. */
  report(): Promise<void>
  close(): Promise<void>
}

/** True when some source of the project has a `load:` block. */
export function hasLoads({ project }: OpenProject): boolean {
  return Object.values(project.manifest.sources).some((source) => typeof source.config['load'] === 'object')
}

/** Kinds that a command takes besides those it always takes: sources where some are loaded. */
export function withLoads(open: OpenProject, kinds: readonly ResourceType[]): readonly ResourceType[] {
  return hasLoads(open) ? [...kinds, 'source'] : kinds
}

/** The runners of a project. Their rooms are read when there is something for them. */
export async function openRunners(context: CommandContext, open: OpenProject): Promise<OpenRunners> {
  const loader = hasLoads(open) ? await openLoader(context, open) : undefined
  return {
    runners: { load: loader },
    report: async () => {
      if (loader === undefined || loader.reports.length === 0) return
      const reports = loader.reports.map(
        (report): JsonObject => ({
          ...report,
          files: report.files.map((file) => ({ ...file })),
        }),
      )
      await writeLoadResults(open.targetDir, reports, context.invocation)
    },
    close: async () => {
      await loader?.close()
    },
  }
}

async function openLoader(context: CommandContext, { project }: OpenProject): Promise<Loader> {
  const { createLoader } = await import('../load/index.ts')
  const { invocation, terminal, printer } = context
  return createLoader({
    projectRoot: project.config.root,
    env: invocation.env,
    emit: printer.emit,
    applicationName: `tdbt/${terminal.version} ${invocation.invocationId}`,
    connection: (name) => loadConnection(invocation, name),
    adapterFor: loadAdapter,
    targetName: project.target.targetName,
    force: context.given.boolean('force') === true,
  })
}
