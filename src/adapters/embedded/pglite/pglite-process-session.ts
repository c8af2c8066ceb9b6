import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { isJsonObject, TdbtError } from '../../../core/index.ts'

/** One PGlite over one data directory, in a worker thread. */
export interface PgliteThread {
  /** Sends protocol messages; the answers come to `onWire`. */
  send(bytes: Uint8Array): void
  onWire: ((bytes: Uint8Array) => void) | null
  onExit: (() => void) | null
  /** COPY … FROM '/dev/blob' over the chunks. Rejects with the server's error fields. */
  copy(sql: string, data: readonly Uint8Array[]): Promise<number>
  /** Runs one statement past the wire; gives the number of its rows. */
  run(sql: string): Promise<number>
  /** Shuts the database down, or ends the thread where it does not answer. */
  close(): Promise<void>
  /** Ends the thread whatever it does: the only way to stop a query. */
  terminate(): Promise<void>
}

const CLOSE_MS = 5000

/** Beside this file in src/, at the top of dist/ in the package, where this file is in a chunk. */
function workerFile(): URL {
  const candidates = ['./pglite-worker.js', '../pglite-worker.js'].map((path) => new URL(path, import.meta.url))
  const found = candidates.find((url) => existsSync(fileURLToPath(url)))
  if (found === undefined)
    throw new TdbtError('T5004', 'The file of PGlite’s worker is missing', { hint: 'Install tdbt again.' })
  return found
}

/** Starts the thread and opens the data directory, making it where there is none. Throws T5004. */
export async function startPglite(dataDir: string, database: string): Promise<PgliteThread> {
  const worker = new Worker(workerFile(), { stdout: false, stderr: false })
  const copies = new Map<number, { resolve: (rows: number) => void; reject: (error: unknown) => void }>()
  let nextCopy = 0
  let settleOpen: (error: string | null) => void = () => {}
  let settleClose: () => void = () => {}
  let exited = false
  const post = (sql: string, data: readonly Uint8Array[] | null): Promise<number> =>
    new Promise((resolve, reject) => {
      // A thread that is gone answers nothing.
      if (exited) return reject(stopped())
      const id = nextCopy++
      copies.set(id, { resolve, reject })
      worker.postMessage({ copy: { id, sql, data } })
    })
  const thread: PgliteThread = {
    onWire: null,
    onExit: null,
    send: (bytes) => worker.postMessage({ wire: bytes }),
    copy: post,
    run: (sql) => post(sql, null),
    close: async () => {
      if (exited) return
      const closed = new Promise<void>((resolve) => {
        settleClose = resolve
      })
      worker.postMessage({ close: true })
      const timer = setTimeout(() => settleClose(), CLOSE_MS)
      await closed
      clearTimeout(timer)
      await worker.terminate()
    },
    terminate: async () => {
      await worker.terminate()
    },
  }
  worker.on('message', (message: unknown) => {
    if (typeof message !== 'object' || message === null) return
    const field = (name: string): unknown => Reflect.get(message, name)
    const wire = field('wire')
    if (wire instanceof Uint8Array) thread.onWire?.(wire)
    if (field('opened') === true) settleOpen(null)
    if (typeof field('failed') === 'string') settleOpen(String(field('failed')))
    if (field('closed') === true) settleClose()
    const copied = field('copied')
    if (isJsonObject(copied)) settleCopy(Number(copied['id']), (copy) => copy.resolve(Number(copied['rows'])))
    const failed = field('copyFailed')
    if (isJsonObject(failed)) {
      const error = failed['error']
      const fields = isJsonObject(error) ? error : {}
      settleCopy(Number(failed['id']), (copy) =>
        copy.reject(Object.assign(new Error(String(fields['message'])), { severity: 'ERROR', ...fields })),
      )
    }
  })
  const settleCopy = (
    id: number,
    settle: (copy: { resolve: (n: number) => void; reject: (e: unknown) => void }) => void,
  ) => {
    const copy = copies.get(id)
    copies.delete(id)
    if (copy !== undefined) settle(copy)
  }
  worker.on('error', (error) => settleOpen(error instanceof Error ? error.message : String(error)))
  worker.on('exit', () => {
    exited = true
    settleOpen('the worker ended')
    settleClose()
    for (const id of [...copies.keys()]) settleCopy(id, (copy) => copy.reject(stopped()))
    thread.onExit?.()
  })
  const failure = await new Promise<string | null>((resolve) => {
    settleOpen = resolve
    worker.postMessage({ open: { dataDir, database } })
  })
  if (failure !== null) {
    await worker.terminate()
    throw new TdbtError('T5004', `PGlite cannot open ${dataDir}: ${failure}`, {
      hint: 'Check that the folder is writable and that @electric-sql/pglite is installed.',
    })
  }
  return thread
}

/** What a query meets whose thread is ended under it, as Postgres would say it. */
export function stopped(reason = 'user request'): Error {
  return Object.assign(new Error(`canceling statement due to ${reason}`), { severity: 'FATAL', code: '57014' })
}
