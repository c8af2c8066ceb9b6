import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const VERSION = '1.5.5'

/**
 * A folder with DuckDB's postgres extension, from PyPI, kept in the user's cache folder; `missing` says why there is none. TDBT_DUCKDB_EXTENSIONS
 * names one that is there already.
 */
export async function duckdbExtensions(): Promise<{ readonly folder: string } | { readonly missing: string }> {
  const file = 'postgres_scanner.duckdb_extension'
  const given = process.env['TDBT_DUCKDB_EXTENSIONS']
  if (given && existsSync(join(given, file))) return { folder: given }
  const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'tdbt-test')
  const folder = join(cache, `duckdb-${VERSION}`)
  if (existsSync(join(folder, file))) return { folder }
  await mkdir(folder, { recursive: true })
  const download = await mkdtemp(join(cache, 'download-'))
  try {
    const wanted = `duckdb-extension-postgres-scanner==${VERSION}`
    await run('python3', ['-m', 'pip', 'install', '-q', '--no-deps', '--target', download, wanted], {
      timeout: 300_000,
    })
    const found = readdirSync(download, { recursive: true, encoding: 'utf8' }).find((path) => path.endsWith(file))
    if (found === undefined) return { missing: `${wanted} holds no ${file}` }
    await rename(join(download, found), join(folder, file))
    return { folder }
  } catch (error) {
    return {
      missing: `DuckDB's postgres extension cannot be had: ${error instanceof Error ? error.message.split('\n')[0] : error}`,
    }
  } finally {
    await rm(download, { recursive: true, force: true })
  }
}
