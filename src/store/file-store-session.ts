import { randomBytes } from 'node:crypto'
import { createReadStream, type Stats } from 'node:fs'
import { type FileHandle, link, mkdir, open, readdir, rename, rm, stat, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { TdbtError } from '../core/index.ts'
import { checkKey } from './check-key.ts'
import type { ReadOptions, Store, StoreEntry, WriteOptions } from './store.ts'
import { folderUrl } from './store-url.ts'

const TEMPORARY = '.tdbt-tmp'
/** A writer keeps its file's time of change young; one this old belongs to none that is alive. */
const STALE_MS = 3_600_000

/** A folder as a store. Writes go to a hidden file beside the key, which is synced and renamed; what a killed writer left is cleared by the next. */
export function openFileStore(root: string): Store {
  const path = (key: string): string => join(root, checkKey(key))
  return {
    scheme: 'file',
    url: folderUrl(root),
    locate: (key) => path(key),
    async *list(prefix = '', options = {}) {
      const cut = prefix.lastIndexOf('/') + 1
      for await (const key of walk(root, prefix.slice(0, cut), options.signal)) {
        if (!key.startsWith(prefix)) continue
        const entry = await statFile(path(key), key)
        if (entry !== null) yield entry
      }
    },
    stat: (key) => statFile(path(key), key),
    read: (key, options) => readFile(path(key), key, options),
    write: (key, chunks, options) => writeFile(path(key), key, chunks, options),
    async delete(key) {
      try {
        await unlink(path(key))
        return true
      } catch (error) {
        if (errno(error) === 'ENOENT' || errno(error) === 'ENOTDIR') return false
        throw fileError(error, path(key))
      }
    },
  }
}

/** Keys below a folder in their order: `a-b`, `a/c`, as object stores have it. */
async function* walk(root: string, folder: string, signal: AbortSignal | undefined): AsyncGenerator<string> {
  signal?.throwIfAborted()
  const dir = join(root, folder)
  let entries: readonly { name: string; isFolder: boolean }[]
  try {
    const found = await readdir(dir, { withFileTypes: true })
    entries = await Promise.all(
      found.map(async (entry) => ({
        name: entry.name,
        isFolder: entry.isSymbolicLink() ? await isFolder(join(dir, entry.name)) : entry.isDirectory(),
      })),
    )
  } catch (error) {
    if (errno(error) === 'ENOENT' || errno(error) === 'ENOTDIR') return
    throw fileError(error, dir)
  }
  const sortKey = (entry: { name: string; isFolder: boolean }): string =>
    entry.isFolder ? `${entry.name}/` : entry.name
  const sorted = [...entries].sort((a, b) => Buffer.compare(Buffer.from(sortKey(a)), Buffer.from(sortKey(b))))
  for (const entry of sorted) {
    if (entry.isFolder) yield* walk(root, `${folder}${entry.name}/`, signal)
    else if (!entry.name.endsWith(TEMPORARY)) yield `${folder}${entry.name}`
  }
}

async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}

async function statFile(path: string, key: string): Promise<StoreEntry | null> {
  try {
    const found = await stat(path)
    return found.isFile() ? entryOf(key, found) : null
  } catch (error) {
    if (errno(error) === 'ENOENT' || errno(error) === 'ENOTDIR') return null
    throw fileError(error, path)
  }
}

function entryOf(key: string, { size, mtimeMs, mtime }: Stats): StoreEntry {
  return { key, size, etag: `${size.toString(16)}-${Math.round(mtimeMs * 1000).toString(16)}`, modified: mtime }
}

async function* readFile(path: string, key: string, { range, signal }: ReadOptions = {}): AsyncGenerator<Uint8Array> {
  try {
    const found = await stat(path)
    if (!found.isFile())
      throw new TdbtError('T8023', `There is no file ${path}.`, { found: 'a folder', expected: 'a file' })
    yield* createReadStream(path, {
      highWaterMark: 1 << 18,
      ...(range === undefined ? {} : { start: range.start }),
      ...(range?.end === undefined ? {} : { end: range.end }),
      ...(signal === undefined ? {} : { signal }),
    })
  } catch (error) {
    throw fileError(error, path, key)
  }
}

async function writeFile(
  path: string,
  key: string,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { ifNoneMatch, signal }: WriteOptions = {},
): Promise<StoreEntry> {
  const folder = dirname(path)
  const temporary = join(folder, `.${basename(path)}.${randomBytes(6).toString('hex')}${TEMPORARY}`)
  if (ifNoneMatch !== undefined && (await statFile(path, key)) !== null) throw there(path)
  try {
    await mkdir(folder, { recursive: true })
    await clearStale(folder, basename(path))
    const file = await open(temporary, 'wx')
    try {
      await pour(file, chunks, signal)
      await file.sync()
    } finally {
      await file.close()
    }
    if (ifNoneMatch === undefined) await rename(temporary, path)
    else {
      // A hard link, unlike a rename, fails where someone else was faster.
      await link(temporary, path)
      await unlink(temporary)
    }
    await syncFolder(folder)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {})
    throw errno(error) === 'EEXIST' && ifNoneMatch !== undefined && (await isFolder(folder))
      ? there(path)
      : fileError(error, path, key)
  }
  const written = await statFile(path, key)
  if (written === null) throw new TdbtError('T8025', `${path} was taken away while it was written.`)
  return written
}

async function pour(
  file: FileHandle,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<void> {
  for await (const chunk of chunks) {
    signal?.throwIfAborted()
    for (let at = 0; at < chunk.byteLength; ) at += (await file.write(chunk, at)).bytesWritten
  }
  signal?.throwIfAborted()
}

/** The new name survives a power cut only when the folder is on the disk too; not every file system can. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null)
  if (handle === null) return
  try {
    await handle.sync().catch(() => {})
  } finally {
    await handle.close()
  }
}

async function clearStale(folder: string, name: string): Promise<void> {
  for (const found of await readdir(folder)) {
    if (!found.startsWith(`.${name}.`) || !found.endsWith(TEMPORARY)) continue
    const path = join(folder, found)
    const changed = await stat(path).catch(() => null)
    if (changed !== null && Date.now() - changed.mtimeMs > STALE_MS) await rm(path, { force: true })
  }
}

function there(path: string): TdbtError {
  return new TdbtError('T8024', `${path} is there already.`, {
    found: 'a file',
    expected: 'none',
    hint: 'Delete it, or choose another name.',
  })
}

function errno(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** An error of the file system in tdbt's words; others as they are (those of the chunks, an abort). */
function fileError(error: unknown, path: string, key?: string): unknown {
  const code = errno(error)
  if (error instanceof TdbtError || code === undefined || !(error instanceof Error) || !/^E[A-Z0-9]+$/.test(code))
    return error
  const details = { found: error.message, cause: error }
  switch (code) {
    case 'ENOENT':
      return new TdbtError('T8023', `There is no file ${path}.`, {
        ...details,
        expected: key ?? path,
        hint: 'Look at the path; relative ones begin at the project.',
      })
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new TdbtError('T8022', `${path} may not be used.`, {
        ...details,
        hint: 'Look at the permissions of the file and its folder.',
      })
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return new TdbtError('T8025', `There is no room for ${path}.`, {
        ...details,
        hint: 'Make room and run again; what was there before is untouched.',
      })
    case 'EEXIST':
    case 'ENOTDIR':
    case 'EISDIR':
      return new TdbtError('T8020', `${path} cannot be a file: a part of it is something else.`, {
        ...details,
        hint: 'Choose another path.',
      })
    default:
      return new TdbtError('T8025', `${path} cannot be used: ${error.message}`, details)
  }
}
