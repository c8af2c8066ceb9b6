import { execFile } from 'node:child_process'
import { constants, openSync } from 'node:fs'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { Socket } from 'node:net'
import { platform, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { TdbtError } from '../core/index.ts'

const run = promisify(execFile)

/**
 * A stream shorter than this goes through a file: only when a pipe has taken more than it holds is it sure that its reader has opened it, and
 * a pipe that is closed before that is lost.
 */
const SMALL_BYTES = 1 << 20

/**
 * Gives `use` the path of what `chunks` bring, while they come: a named pipe, or a file where they are few or the system has no pipes. When the
 * chunks fail, that is what is thrown; when `use` fails, no more of them are asked for.
 */
export async function feedCsv<T>(
  chunks: AsyncIterable<Uint8Array>,
  use: (path: string) => Promise<T>,
  pipes = platform() !== 'win32',
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'tdbt-export-'))
  const path = join(folder, 'rows.csv')
  const source = chunks[Symbol.asyncIterator]()
  try {
    const begun: Uint8Array[] = []
    let size = 0
    let ended = false
    while (size <= SMALL_BYTES) {
      const next = await source.next()
      if (next.done) {
        ended = true
        break
      }
      begun.push(next.value)
      size += next.value.byteLength
    }
    const all = rest(begun, ended ? null : source)
    if (ended || !pipes || !(await makePipe(path))) {
      await spool(path, all)
      return await use(path)
    }
    return await throughPipe(path, all, use)
  } finally {
    await source.return?.()
    await rm(folder, { recursive: true, force: true })
  }
}

async function* rest(
  begun: readonly Uint8Array[],
  source: AsyncIterator<Uint8Array> | null,
): AsyncGenerator<Uint8Array> {
  yield* begun
  for (;;) {
    const next = await source?.next()
    if (next === undefined || next.done) return
    yield next.value
  }
}

async function makePipe(path: string): Promise<boolean> {
  return await run('mkfifo', ['-m', '600', path]).then(
    () => true,
    () => false,
  )
}

async function spool(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    for await (const chunk of chunks) {
      for (let at = 0; at < chunk.byteLength; ) {
        const { bytesWritten } = await file.write(chunk, at).catch((cause: unknown) => {
          throw new TdbtError(
            'T8031',
            `The rows could not be put aside for DuckDB: ${cause instanceof Error ? cause.message : cause}`,
            {
              hint: `Make room in ${tmpdir()}, or set TMPDIR to a folder with more.`,
              cause,
            },
          )
        })
        at += bytesWritten
      }
    }
  } finally {
    await file.close()
  }
}

async function throughPipe<T>(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  use: (path: string) => Promise<T>,
): Promise<T> {
  // Opened for both ways it opens at once, and the writing never waits in a thread that DuckDB may need.
  const pipe = new Socket({
    fd: openSync(path, constants.O_RDWR | constants.O_NONBLOCK),
    readable: false,
    writable: true,
  })
  let broken: Error | undefined
  let wake: () => void = () => {}
  let stopped = false
  const woken = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve
    })
  pipe.on('error', (error) => {
    broken = error
  })
  pipe.on('drain', () => wake())
  pipe.on('close', () => wake())
  const used = use(path).finally(() => {
    stopped = true
    pipe.destroy()
    wake()
  })
  used.catch(() => {})
  try {
    for await (const chunk of chunks) {
      if (stopped || broken !== undefined) break
      if (!pipe.write(chunk)) await woken()
    }
    if (!stopped && broken === undefined) {
      const ended = woken()
      pipe.end(() => wake())
      await ended
    }
    pipe.destroy()
  } catch (error) {
    pipe.destroy()
    await used.catch(() => {})
    throw error
  }
  const result = await used
  if (broken !== undefined)
    throw new TdbtError('T8031', `The rows did not reach DuckDB: ${broken.message}`, { cause: broken })
  return result
}
