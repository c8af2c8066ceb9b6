import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { constants, Script } from 'node:vm'

/** The program as the build packed it: one script, and what V8 made of it the last time. */
export interface PackedCode<Exports> {
  readonly exports: Exports
  /** Keeps what V8 compiled for this command, unless that is kept already. Never throws. */
  keep(command: string): void
}

/** `--version` loads this file, too, and needs no hash. */
const sha256 = (content: string | Uint8Array): string => process.getBuiltinModule('node:crypto').hash('sha256', content)

interface Head {
  /** The script that was compiled, and by what. */
  readonly of: string
  /** Commands of which the functions are among it. */
  readonly commands: readonly string[]
  readonly hash: string
}

/**
 * Loads dist/packed.cjs with its compiled form from beside it, or, where that folder cannot be written to, from the user's cache folder.
 * What is stale, torn or of another Node is made anew. undefined where there is no such script: the caller imports the chunks.
 */
export function loadPackedCode<Exports>(folder: URL, env: NodeJS.ProcessEnv): PackedCode<Exports> | undefined {
  const file = new URL('packed.cjs', folder)
  const path = fileURLToPath(file)
  const found = statSync(file, { throwIfNoEntry: false })
  if (!found) return undefined
  const of = `${found.size} ${found.mtimeMs} ${process.version} ${process.arch} ${process.versions.v8}`
  const name = `packed-${process.versions.modules}-${process.arch}.bin`
  const places = [join(dirname(path), name), join(cacheFolder(env), `${sha256(path).slice(0, 16)}-${name}`)]
  const kept = places.map((place) => readKept(place, of)).find((content) => content !== undefined)
  const script = new Script(readFileSync(file, 'latin1'), {
    filename: path,
    cachedData: kept?.data,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  })
  const isKept = kept !== undefined && script.cachedDataRejected !== true
  const start = script.runInThisContext() as (require: NodeJS.Require, base: string) => Exports
  return {
    exports: start(createRequire(file), folder.href),
    keep: (command) => {
      if (isKept && kept.commands.includes(command)) return
      const commands = [...new Set([...(isKept ? kept.commands : []), command])]
      const data = script.createCachedData()
      const content = Buffer.concat([Buffer.from(`${JSON.stringify({ of, commands, hash: sha256(data) })}\n`), data])
      places.some((place) => writeKept(place, content))
    },
  }
}

function readKept(
  path: string,
  of: string,
): { readonly commands: readonly string[]; readonly data: Buffer } | undefined {
  try {
    const content = readFileSync(path)
    const end = content.indexOf(10)
    const head = JSON.parse(content.toString('utf8', 0, end)) as Head
    const data = content.subarray(end + 1)
    return head.of === of && head.hash === sha256(data) ? { commands: head.commands, data } : undefined
  } catch {
    return undefined
  }
}

function writeKept(path: string, content: Buffer): boolean {
  const temporary = `${path}.${process.pid}.tmp`
  try {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(temporary, content)
    renameSync(temporary, path)
    return true
  } catch {
    try {
      rmSync(temporary, { force: true })
    } catch {}
    return false
  }
}

function cacheFolder(env: NodeJS.ProcessEnv): string {
  return join(env['XDG_CACHE_HOME'] || join(env['HOME'] ?? homedir(), '.cache'), 'tdbt')
}
