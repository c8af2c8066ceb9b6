import { existsSync } from 'node:fs'
import { cp, rm } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { catalogJson, manifestJson, readRunResults, writeCatalog, writeManifest } from '../../artifacts/index.ts'
import { TdbtError } from '../../core/index.ts'
import { serveDocs, writeDocsSite } from '../../docs/index.ts'
import { type CatalogRow, readCatalog } from '../../run/index.ts'
import type { CommandRun } from '../command.ts'
import { execute } from '../execute.ts'
import { type OpenProject, openEngine, openProject, previousState, select } from '../open-project.ts'
import { failIfBroken } from './compile.ts'

/** Compiles, reads the catalog, writes manifest.json, catalog.json and the site (one index.html). */
export const docsGenerate: CommandRun = async (context) => {
  const { invocation, printer, given } = context
  const open = await openProject(context)
  const { project, targetDir } = open
  const state = await previousState(context, open)
  const selection = select(context, open, { state })
  let compiled: Awaited<ReturnType<typeof execute>>['compiled'] | undefined
  if (given.boolean('compile') ?? true) {
    const outcome = await execute(context, open, {
      command: 'compile',
      selection,
      state,
      silent: true,
      keepResults: true,
    })
    failIfBroken(outcome, open)
    compiled = outcome.compiled
  }
  let rows: readonly CatalogRow[] = []
  if (!(given.boolean('empty-catalog') ?? false)) {
    const engine = await openEngine(context, project)
    try {
      printer.line('Building catalog', 'info', 'BuildingCatalog')
      rows = await readCatalog({ project, engine, invocation, emit: printer.emit, selected: selection.ids })
    } finally {
      await engine.close()
    }
  }
  const manifestInput = { manifest: project.manifest, invocation, compiled }
  const catalogInput = { manifest: project.manifest, rows, invocation }
  // dbt's rule: without compiling there is no new manifest.json.
  if (compiled !== undefined) await writeManifest(targetDir, manifestInput)
  await writeCatalog(targetDir, catalogInput)
  printer.line(`Catalog written to ${join(targetDir, 'catalog.json')}`, 'info', 'CatalogWritten')
  await copyAssets(open)
  const site = await writeDocsSite(targetDir, {
    manifest: manifestJson(manifestInput),
    catalog: catalogJson(catalogInput),
    runResults: await lastResults(targetDir),
  })
  printer.line(`Documentation written to ${site}`, 'info', 'DocsWritten')
  return 0
}

/** Folders of asset-paths, for pictures in descriptions: copied into the target as dbt does. What is not there is passed over. */
async function copyAssets(open: OpenProject): Promise<void> {
  const { root, raw } = open.project.config
  const listed = raw['asset-paths']
  for (const path of Array.isArray(listed) ? listed : []) {
    const from = resolve(root, String(path))
    const to = resolve(open.targetDir, String(path))
    if (!existsSync(from) || relative(from, to) === '' || !relative(from, to).startsWith('..')) continue
    await rm(to, { recursive: true, force: true })
    await cp(from, to, { recursive: true })
  }
}

/** Results of the last run, for the badges; none is fine. */
async function lastResults(targetDir: string): Promise<Awaited<ReturnType<typeof readRunResults>> | null> {
  try {
    return await readRunResults(join(targetDir, 'run_results.json'))
  } catch (error) {
    if (error instanceof TdbtError && error.code === 'T7001') return null
    throw error
  }
}

export const docsServe: CommandRun = async (context) => {
  const { given, printer, signal } = context
  const open = await openProject(context, { silent: true })
  const server = await serveDocs(open.targetDir, given.number('port') ?? 8080, given.string('host') ?? '127.0.0.1')
  printer.line(`Serving docs at ${server.url}`, 'info', 'ServingDocsAccessInfo')
  printer.line('Press Ctrl-C to stop.', 'info', 'ServingDocsExitInfo')
  await new Promise<void>((done) => {
    if (signal.aborted) done()
    else signal.addEventListener('abort', () => done(), { once: true })
  })
  await server.close()
  return 0
}
