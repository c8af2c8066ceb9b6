import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'
import { loadAdapter } from '../../adapters/index.ts'
import { TdbtError } from '../../core/index.ts'
import { generateTables, readGeneratorSpec, writeTables } from '../../generate/index.ts'
import { loadProfile } from '../../project/index.ts'
import type { CommandRun } from '../command.ts'

/** Writes the tables of the project's generator specs (generate-paths, default `generate/`) to the target. */
export const generate: CommandRun = async (context) => {
  const { invocation, printer, positionals, given, signal, terminal } = context
  const { config, target, adapter } = await loadProfile({ invocation, adapterFor: loadAdapter })
  const files = await specFiles(config.root, config.raw['generate-paths'], positionals[0])
  const scale = given.number('scale') ?? 1
  if (!(scale > 0)) throw new TdbtError('T0002', '--scale must be above 0.', { found: String(scale) })
  const plans = await Promise.all(
    files.map(async (file) => {
      const spec = readGeneratorSpec(relative(config.root, file), await readFile(file, 'utf8'))
      return { spec, tables: generateTables(spec, { scale }) }
    }),
  )
  const engine = await adapter.open({
    target,
    projectRoot: config.root,
    env: invocation.env,
    emit: printer.emit,
    applicationName: `tdbt/${terminal.version} ${invocation.invocationId}`,
  })
  try {
    for (const { spec, tables } of plans) {
      const from = invocation.now().getTime()
      const written = await writeTables(engine, spec.schema, tables, { signal })
      for (const table of written)
        printer.line(
          `Wrote ${spec.schema}.${table.name}: ${table.rows.toLocaleString('en')} rows`,
          'info',
          'TableGenerated',
        )
      const seconds = (invocation.now().getTime() - from) / 1000
      const rows = written.reduce((sum, table) => sum + table.rows, 0)
      printer.line(
        `Generated ${rows.toLocaleString('en')} rows of '${spec.name}' in ${seconds.toFixed(2)}s`,
        'info',
        'Generated',
      )
    }
  } finally {
    await engine.close()
  }
  return 0
}

async function specFiles(root: string, configured: unknown, wanted: string | undefined): Promise<readonly string[]> {
  const folders = Array.isArray(configured) ? configured.map(String) : ['generate']
  const files: string[] = []
  for (const folder of folders) {
    const dir = join(root, folder)
    if (!existsSync(dir)) continue
    for (const name of (await readdir(dir)).sort()) {
      if (/\.ya?ml$/.test(name)) files.push(join(dir, name))
    }
  }
  const nameOf = (file: string): string => basename(file).replace(/\.ya?ml$/, '')
  const chosen = wanted === undefined ? files : files.filter((file) => nameOf(file) === wanted)
  if (chosen.length === 0) {
    throw new TdbtError(
      'T8001',
      wanted === undefined ? 'The project has no generator spec.' : `There is no generator spec '${wanted}'.`,
      {
        found: files.map(nameOf).join(', ') || 'no YAML file',
        expected: `a file in ${folders.join(', ')}`,
        hint: 'Write one: docs/guide.md shows how.',
      },
    )
  }
  return chosen
}
