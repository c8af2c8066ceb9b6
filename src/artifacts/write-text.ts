import { randomUUID } from 'node:crypto'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { TdbtError } from '../core/index.ts'

/**
 * Writes a file so that a reader sees the old one or the whole new one: a temporary file beside it, then a rename. Missing
 * folders are made. Throws T7002; the temporary file is removed then.
 */
export async function writeText(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(temporary, text)
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
