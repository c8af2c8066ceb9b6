import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { type FileHandle, mkdir, open, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { TdbtError } from '../core/index.ts'

/** Up to here a write that waits for nothing is cheaper than three turns of the thread pool; a run writes two texts a node. */
const SMALL_CHARACTERS = 65_536

/** Pieces of a long text are written together until they are as long as this. */
const CHUNK_CHARACTERS = 1_048_576

/**
 * Writes a file so that a reader sees the old one or the whole new one: a temporary file beside it, then a rename. Missing
 * folders are made; a small text that is there already is left alone. Throws T7002; the temporary file is removed then.
 */
export async function writeText(path: string, text: string): Promise<void> {
  await writeTextNow(path, text)
}

/**
 * As `writeText`, of a text that comes in pieces: they are written while the next ones are made, and gone then. The small text of few is written
 * like any other.
 */
export async function writePieces(path: string, pieces: Iterable<string>): Promise<void> {
  const chunks = chunksOf(pieces)
  const first = chunks.next()
  const second = chunks.next()
  if (first.done || second.done) return writeText(path, first.value ?? '')
  await replaceBy(path, async (temporary) => {
    const file = await open(temporary, 'w')
    let written = writeAll(file, Buffer.from(first.value))
    try {
      for (let next: IteratorResult<string, void> = second; !next.done; next = chunks.next()) {
        const chunk = Buffer.from(next.value)
        await written
        written = writeAll(file, chunk)
      }
      await written
    } finally {
      await written.catch(() => undefined)
      await file.close()
    }
  })
}

async function writeAll(file: FileHandle, chunk: Buffer): Promise<void> {
  for (let at = 0; at < chunk.length; ) at += (await file.write(chunk, at)).bytesWritten
}

function* chunksOf(pieces: Iterable<string>): Generator<string, void> {
  let gathered: string[] = []
  let length = 0
  for (const piece of pieces) {
    gathered.push(piece)
    length += piece.length
    if (length < CHUNK_CHARACTERS) continue
    yield gathered.join('')
    gathered = []
    length = 0
  }
  if (length > 0) yield gathered.join('')
}

/**
 * As `writeText`; no promise where nothing had to be waited for, as with a small text that is new or there already. `isThere`: whether there
 * is a file of that name, where the caller knows; a wrong answer costs time alone.
 */
export function writeTextNow(path: string, text: string, isThere?: boolean): Promise<void> | undefined {
  return isDone(path, text, isThere) ? undefined : replace(path, text)
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}

/** A rename over a file may wait for the disk (ext4 flushes then): only new files are written on this thread. */
function isDone(path: string, text: string, isThere: boolean | undefined): boolean {
  if (text.length > SMALL_CHARACTERS) return false
  try {
    if (isThere ?? isFile(path)) return readFileSync(path, 'utf8') === text
    const temporary = temporaryName(path)
    try {
      writeFileSync(temporary, text)
    } catch (thrown) {
      // Nearly always the folder is there: it is made when it was missed.
      if (!isMissing(thrown)) throw thrown
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(temporary, text)
    }
    try {
      renameSync(temporary, path)
    } catch (thrown) {
      rmSync(temporary, { force: true })
      throw thrown
    }
    return true
  } catch {
    // The other way meets the same trouble, and tells of it.
    return false
  }
}

function replace(path: string, text: string): Promise<void> {
  return replaceBy(path, (temporary) => writeFile(temporary, text))
}

async function replaceBy(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = temporaryName(path)
  try {
    try {
      await write(temporary)
    } catch (thrown) {
      if (!isMissing(thrown)) throw thrown
      await mkdir(dirname(path), { recursive: true })
      await write(temporary)
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
