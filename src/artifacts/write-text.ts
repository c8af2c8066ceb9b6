import { randomUUID } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
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
  const temporary = `${path}.${randomUUID()}.tmp`
  try {
    try {
      await replace(temporary, path, text)
    } catch (thrown) {
      // Nearly always the folder is there: it is made when it was missed.
      if (!isMissing(thrown)) throw thrown
      await mkdir(dirname(path), { recursive: true })
      await replace(temporary, path, text)
    }
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw new TdbtError('T7002', `Could not write ${path}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      location: { file: path, line: 1, column: 1 },
      hint: 'Look at the permissions and the free space of the target folder.',
      cause,
    })
  }
}

async function replace(temporary: string, path: string, text: string): Promise<void> {
  if (text.length <= SMALL_CHARACTERS) {
    const before = textOf(path)
    if (before === text) return
    // A rename over a file may wait for the disk (ext4 flushes then): only new files are written on this thread.
    if (before === undefined) {
      writeFileSync(temporary, text)
      renameSync(temporary, path)
      return
    }
  }
  await writeFile(temporary, text)
  await rename(temporary, path)
}

/** undefined: there is no such file; null: it cannot be read. */
function textOf(path: string): string | null | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (thrown) {
    return isMissing(thrown) ? undefined : null
  }
}

function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT'
}
