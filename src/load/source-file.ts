import { createHash } from 'node:crypto'
import { createGunzip } from 'node:zlib'
import { type CsvOptions, type JsonObject, TdbtError } from '../core/index.ts'
import { matchesPattern, openStore, splitStoreUrl } from '../store/index.ts'

/** A file to load. */
export interface SourceFile {
  /** As messages and the log call it: relative to the project for its own files, the URL for others. */
  readonly name: string
  readonly size: number
  /** The bytes as they are. */
  read(): AsyncIterable<Uint8Array>
}

export interface ListFilesOptions {
  /** Absolute folder of the project, against which patterns are read. */
  readonly root: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Settings of the bucket that stand in a connection. */
  readonly connection: JsonObject | undefined
  readonly signal: AbortSignal | undefined
}

/** The files that patterns mean, each once, by name. */
export async function listFiles(
  patterns: readonly string[],
  options: ListFilesOptions,
): Promise<readonly SourceFile[]> {
  const found = new Map<string, SourceFile>()
  for (const pattern of patterns) {
    const { root, key } = splitStoreUrl(pattern, options.root)
    const store = await openStore(root, { env: options.env, base: options.root, connection: options.connection })
    const wild = /[*?[{]/.test(key)
    const prefix = wild ? key.slice(0, key.search(/[*?[{]/)) : key
    for await (const entry of store.list(prefix, { signal: options.signal })) {
      if (wild ? !matchesPattern(key, entry.key) : entry.key !== key) continue
      const full = store.locate(entry.key)
      const name = shown(full, options.root)
      found.set(name, { name, size: entry.size, read: () => store.read(entry.key, { signal: options.signal }) })
    }
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
}

function shown(address: string, root: string): string {
  const path = address.startsWith('file://') ? decodeURIComponent(address.slice('file://'.length)) : address
  const folder = root.endsWith('/') ? root : `${root}/`
  return path.startsWith(folder) ? path.slice(folder.length) : path
}

/** What reading a file to its end told of its bytes. */
export interface FileDigest {
  size: number
  sha256: string
}

/** The bytes of a file without their compression; `digest` is filled in when the end is reached. Throws T8012 for a gzip that is torn. */
export async function* openFile(
  file: SourceFile,
  compression: CsvOptions['compression'],
  digest: FileDigest,
): AsyncGenerator<Uint8Array, void, undefined> {
  const hash = createHash('sha256')
  digest.size = 0
  const bytes = (async function* () {
    for await (const chunk of file.read()) {
      hash.update(chunk)
      digest.size += chunk.length
      yield chunk
    }
  })()
  const first = await bytes.next()
  const head = first.done ? new Uint8Array(0) : first.value
  const zipped =
    compression === 'gzip' || (compression === 'auto' && head.length >= 2 && head[0] === 0x1f && head[1] === 0x8b)
  const whole = (async function* () {
    if (!first.done) yield first.value
    yield* bytes
  })()
  yield* zipped ? unzip(file, whole) : whole
  digest.sha256 = hash.digest('hex')
}

async function* unzip(file: SourceFile, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const gunzip = createGunzip()
  let sourceError: unknown
  const pump = (async () => {
    try {
      for await (const chunk of bytes) {
        if (gunzip.destroyed) return
        if (!gunzip.write(chunk)) await new Promise<void>((resolve) => settled(gunzip, resolve))
      }
      gunzip.end()
    } catch (error) {
      sourceError = error
      gunzip.destroy()
    }
  })()
  try {
    for await (const chunk of gunzip) yield chunk
  } catch (error) {
    if (sourceError !== undefined) throw sourceError
    const torn = error instanceof Error && /unexpected end/.test(error.message)
    throw new TdbtError(
      'T8012',
      torn ? `${file.name}: the gzip file is cut off` : `${file.name}: this is no sound gzip file`,
      {
        found: error instanceof Error ? error.message : String(error),
        expected: 'a whole gzip file',
        hint: torn ? 'Copy or download it again; it ended too early.' : 'Copy it again, or say `compression: none`.',
        cause: error,
      },
    )
  } finally {
    gunzip.destroy()
    await pump.catch(() => undefined)
  }
}

function settled(stream: NodeJS.EventEmitter, resolve: () => void): void {
  const done = (): void => {
    for (const event of ['drain', 'close', 'error']) stream.off(event, done)
    resolve()
  }
  for (const event of ['drain', 'close', 'error']) stream.on(event, done)
}
