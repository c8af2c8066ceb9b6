import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { TdbtError } from '../../../core/index.ts'
import { literal, quoteIdentifier } from '../../postgres/dialect.ts'
import { cacheFolder } from '../native/binaries-session.ts'
import { startPglite } from './pglite-process-session.ts'

/**
 * Makes PGlite's data directory under `home` where there is none, from a template in the user's cache folder, which is made first
 * where it is missing: PGlite takes seconds to make one, and a moment to copy one. Throws T5004.
 */
export async function prepareData(home: string, database: string): Promise<string> {
  await mkdir(home, { recursive: true, mode: 0o700 })
  await writeFile(join(home, '.gitignore'), '*\n')
  const data = join(home, 'data')
  for (const name of await readdir(home)) {
    if (name.startsWith('data.new-')) await rm(join(home, name), { recursive: true, force: true })
  }
  if (!existsSync(join(data, 'PG_VERSION'))) {
    const fresh = join(home, `data.new-${process.pid}`)
    await cp(await template(), fresh, { recursive: true })
    await rename(fresh, data)
  }
  if (database !== 'postgres') await ensureDatabase(home, data, database)
  return data
}

async function template(): Promise<string> {
  const cache = cacheFolder()
  const folder = join(cache, `pglite-${await pgliteVersion()}`)
  if (existsSync(join(folder, 'PG_VERSION'))) return folder
  const fresh = `${folder}.new-${process.pid}`
  await mkdir(cache, { recursive: true })
  await rm(fresh, { recursive: true, force: true })
  const thread = await startPglite(fresh, 'postgres')
  await thread.close()
  try {
    await rename(fresh, folder)
  } catch {
    await rm(fresh, { recursive: true, force: true }) // another process was faster
  }
  if (existsSync(join(folder, 'PG_VERSION'))) return folder
  throw new TdbtError('T5004', `PGlite’s template could not be made in ${folder}`, {
    hint: `Check that ${cache} is writable, or set XDG_CACHE_HOME to a folder that is.`,
  })
}

/** Version of the installed package, read from beside its entry: its package.json is not exported. */
export async function pgliteVersion(): Promise<string> {
  try {
    const entry = createRequire(import.meta.url).resolve('@electric-sql/pglite')
    const parsed: unknown = JSON.parse(await readFile(join(dirname(dirname(entry)), 'package.json'), 'utf8'))
    const version: unknown = typeof parsed === 'object' && parsed !== null ? Reflect.get(parsed, 'version') : undefined
    return typeof version === 'string' ? version : 'unknown'
  } catch (error) {
    throw new TdbtError('T5004', 'The package @electric-sql/pglite is not installed', {
      hint: 'Run npm install again.',
      cause: error,
    })
  }
}

/** PGlite can only make a database from within another; a marker file spares later starts the look. */
async function ensureDatabase(home: string, data: string, database: string): Promise<void> {
  const marker = join(home, 'databases')
  const known = (await readFile(marker, 'utf8').catch(() => '')).split('\n')
  if (known.includes(database)) return
  const thread = await startPglite(data, 'postgres')
  try {
    const found = await thread.run(`select 1 from pg_database where datname = ${literal(database)}`)
    if (found === 0) await thread.run(`create database ${quoteIdentifier(database)}`)
  } finally {
    await thread.close()
  }
  await writeFile(marker, [...known.filter((name) => name !== ''), database, ''].join('\n'))
}
