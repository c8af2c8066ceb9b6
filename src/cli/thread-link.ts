import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'

/** One end of the talk with another thread. */
export interface ThreadLink {
  tell(message: unknown): void
  /** The next message that has come, without waiting; undefined where there is none. */
  receive(): unknown
  close(): void
  /** What both threads see: for ChunkClaims. */
  readonly memory: SharedArrayBuffer
}

/** What the other thread is given as its workerData. */
export interface ThreadStart {
  readonly port: import('node:worker_threads').MessagePort
  readonly memory: SharedArrayBuffer
}

const MEMORY_BYTES = 16

/**
 * A thread that runs `program` and never keeps the process alive; undefined where none can be had, and on a single processor. That it failed or ended is not
 * told: whoever waits for it must have an end of patience.
 */
export function linkThread(program: URL): ThreadLink | undefined {
  // Loaded when they are needed: most commands need no thread.
  const load = createRequire(import.meta.url)
  const { availableParallelism } = load('node:os') as typeof import('node:os')
  if (availableParallelism() < 2 || !existsSync(program)) return undefined
  const threads = load('node:worker_threads') as typeof import('node:worker_threads')
  const { port1, port2 } = new threads.MessageChannel()
  const memory = new SharedArrayBuffer(MEMORY_BYTES)
  const start: ThreadStart = { port: port2, memory }
  try {
    const worker = new threads.Worker(program, {
      workerData: start,
      transferList: [port2],
      env: threads.SHARE_ENV,
      stdout: true,
      stderr: true,
      resourceLimits: { maxYoungGenerationSizeMb: 4 },
    })
    worker.on('error', () => {})
    worker.unref()
    port1.unref()
  } catch {
    port1.close()
    return undefined
  }
  return {
    tell: (message) => port1.postMessage(message),
    receive: () => threads.receiveMessageOnPort(port1)?.message,
    close: () => port1.close(),
    memory,
  }
}
