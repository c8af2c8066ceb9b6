import { loadAdapter } from '../adapters/index.ts'
import { writeLoadResults } from '../artifacts/index.ts'
import type { JsonObject, ResourceType } from '../core/index.ts'
import type { Exporter } from '../export/index.ts'
import type { Loader } from '../load/index.ts'
import { loadConnection } from '../project/index.ts'
import type { ResourceRunners } from '../run/index.ts'
import { storeConnection } from '../store/index.ts'
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

/** True when some exposure of the project is an export: parsing has laid its block under `meta.export`. */
export function hasExports({ project }: OpenProject): boolean {
  return Object.values(project.manifest.exposures).some(({ meta }) => meta['export'] !== undefined)
}

/** Kinds that a command takes besides those it always takes: sources where some are loaded. */
export function withLoads(open: OpenProject, kinds: readonly ResourceType[]): readonly ResourceType[] {
  return hasLoads(open) ? [...kinds, 'source'] : kinds
}

/** The runners of a project. Their rooms are read when there is something for them. */
export async function openRunners(context: CommandContext, open: OpenProject): Promise<OpenRunners> {
  const loader = hasLoads(open) ? await openLoader(context, open) : undefined
  const exporter = hasExports(open) ? await openExporter(context, open) : undefined
  return {
    runners: { load: loader, export: exporter },
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
      await exporter?.close()
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
    force: context.given.boolean('force') === true,
  })
}

/** Exports into folders and stores. `base` is what relative targets begin at: the project where nothing else is said. */
export async function openExporter(
  context: CommandContext,
  { project }: OpenProject,
  base = project.config.root,
): Promise<Exporter> {
  const { createExporter } = await import('../export/index.ts')
  const { invocation, terminal, printer } = context
  return createExporter({
    invocation,
    base,
    connectionFor: async (name) => storeConnection(name, loadConnection(invocation, name)),
    openDuckdb: async () => {
      const duckdb = await loadAdapter('duckdb')
      return await duckdb.open({
        target: {
          profileName: 'export',
          targetName: 'export',
          type: 'duckdb',
          database: 'memory',
          schema: 'main',
          threads: project.target.threads,
          credentials: { path: ':memory:' },
        },
        projectRoot: project.config.root,
        env: invocation.env,
        // Its statements hold the address of the database that rows come from.
        emit: (event) => {
          if (event.type !== 'sql') printer.emit(event)
        },
        applicationName: `tdbt/${terminal.version} ${invocation.invocationId}`,
      })
    },
  })
}
