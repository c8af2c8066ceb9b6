import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { TdbtError } from '../core/index.ts'

/** Up to here a write that waits for nothing is cheaper than three turns of the thread pool; a run writes two texts a node. */
const SMALL_CHARACTERS = 65_536

/**
 * Writes a file so that a reader sees the old one or the whole new one: a temporary file beside it, then a rename. Missing
 * folders are made; a small text that is there already is left alone. Throws T7002; the temporary file is removed then.
 */
export async function writeText(path: string, text: string): Promise<void> {
  await writeTextNow(path, text)
}

/** As `writeText`; no promise where nothing had to be waited for, as with a small text that is new or there already. */
export function writeTextNow(path: string, text: string): Promise<void> | undefined {
  return isDone(path, text) ? undefined : replace(path, text)
}

/** A rename over a file may wait for the disk (ext4 flushes then): only new files are written on this thread. */
function isDone(path: string, text: string): boolean {
  if (text.length > SMALL_CHARACTERS) return false
  try {
    const before = statSync(path, { throwIfNoEntry: false })
    if (before !== undefined) {
      return before.size === Buffer.byteLength(text) && before.isFile() && readFileSync(path, 'utf8') === text
    }
    const temporary = temporaryName(path)
    try {
      writeFileSync(temporary, text)
    } catch (thrown) {
      // Nearly always the folder is there: it is made when it was missed.
      if (!isMissing(thrown)) throw thrown
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(temporary, text)
    }
    renameSync(temporary, path)
    return true
  } catch {
    // The other way meets the same trouble, and tells of it.
    return false
  }
}

async function replace(path: string, text: string): Promise<void> {
  const temporary = temporaryName(path)
  try {
    try {
      await writeFile(temporary, text)
    } catch (thrown) {
      if (!isMissing(thrown)) throw thrown
      await mkdir(dirname(path), { recursive: true })
      await writeFile(temporary, text)
    }
    await rename(temporary, path)
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw new TdbtError('T7002', `Could not write ${path}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      location: { file: path, line: 1, column: 1 },
      hint: 'Look at the permissions and the free space of the target folder.',
      cause,
    })
  }
}

function temporaryName(path: string): string {
  return `${path}.${randomUUID()}.tmp`
}

function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT'
}
