import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A Python that can read Parquet. */
export interface Pyarrow {
  /** What a script prints. */
  run(script: string): Promise<string>
}

/**
 * TDBT_TEST_PYTHON or `python3`, with a pyarrow of its own or else one from PyPI, kept in the user's cache folder; `missing` says why there is none.
 */
export async function findPyarrow(): Promise<Pyarrow | { readonly missing: string }> {
  const program = process.env['TDBT_TEST_PYTHON'] || 'python3'
  const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'tdbt-test')
  const folder = join(cache, 'pyarrow')
  const own = await works(program, {})
  if (own) return pyarrow(program, {})
  const env = { PYTHONPATH: folder }
  if (existsSync(folder) && (await works(program, env))) return pyarrow(program, env)
  await mkdir(cache, { recursive: true })
  const download = await mkdtemp(join(cache, 'download-'))
  try {
    await run(program, ['-m', 'pip', 'install', '-q', '--target', download, 'pyarrow'], { timeout: 300_000 })
    await rm(folder, { recursive: true, force: true })
    await rename(download, folder)
    if (await works(program, env)) return pyarrow(program, env)
    return { missing: `${program} cannot import the pyarrow it installed` }
  } catch (error) {
    return { missing: `pyarrow cannot be had: ${error instanceof Error ? error.message.split('\n')[0] : error}` }
  } finally {
    await rm(download, { recursive: true, force: true })
  }
}

function works(program: string, env: Readonly<Record<string, string>>): Promise<boolean> {
  return run(program, ['-c', 'import pyarrow.parquet'], { env: { ...process.env, ...env } }).then(
    () => true,
    () => false,
  )
}

function pyarrow(program: string, env: Readonly<Record<string, string>>): Pyarrow {
  return {
    run: async (script) => (await run(program, ['-c', script], { env: { ...process.env, ...env } })).stdout,
  }
}
