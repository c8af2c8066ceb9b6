import { Worker } from 'node:worker_threads'
import { type Chunk, type ChunkSource, type RowRange, rowRanges } from './chunks.ts'
import type { GeneratorSpec } from './spec.ts'

/** What a worker is started with, and what it answers to a RowRange. */
export interface WorkerStart {
  readonly spec: GeneratorSpec
  readonly scale: number
}
export type WorkerAnswer = Chunk

interface Lane {
  readonly worker: Worker
  /** Answers come in the order of questions. */
  readonly waiting: { resolve(chunk: Chunk): void; reject(reason: unknown): void }[]
  failed: unknown
}

/** Ranges a worker has at hand: one that it makes and one that waits. */
const AHEAD = 2

/**
 * Chunks made by worker threads: range n by worker n mod `workers`, handed on in the order of rows, so the bytes are those of
 * one thread. `program` is the built generate-worker.js. Closing stops the threads.
 */
export function workerChunks(options: {
  readonly program: URL
  readonly spec: GeneratorSpec
  readonly scale: number
  readonly rowCounts: readonly number[]
  readonly workers: number
  readonly signal?: AbortSignal | undefined
}): ChunkSource {
  const start: WorkerStart = { spec: options.spec, scale: options.scale }
  const lanes = Array.from({ length: options.workers }, () => openLane(options.program, start))
  const ask = (lane: Lane, range: RowRange): Promise<Chunk> =>
    new Promise((resolve, reject) => {
      if (lane.failed !== undefined) return reject(lane.failed)
      lane.waiting.push({ resolve, reject })
      lane.worker.postMessage(range)
    })
  return {
    async *chunks(table) {
      const queue: Promise<Chunk>[] = []
      let next = 0
      const ranges = rowRanges(table, options.rowCounts[table] ?? 0)
      const fill = (): void => {
        while (queue.length < lanes.length * AHEAD) {
          const range = ranges.next()
          const lane = lanes[next % lanes.length]
          if (range.done || !lane) return
          next++
          const chunk = ask(lane, range.value)
          // It is awaited later, maybe never.
          chunk.catch(() => {})
          queue.push(chunk)
        }
      }
      fill()
      for (let chunk = queue.shift(); chunk; chunk = queue.shift()) {
        const made = await chunk
        options.signal?.throwIfAborted()
        fill()
        yield made
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(lanes.map((lane) => lane.worker.terminate()))
    },
  }
}

function openLane(program: URL, start: WorkerStart): Lane {
  const worker = new Worker(program, { workerData: start, resourceLimits: { maxYoungGenerationSizeMb: 16 } })
  const lane: Lane = { worker, waiting: [], failed: undefined }
  worker.on('message', (answer: WorkerAnswer) => lane.waiting.shift()?.resolve(answer))
  const fail = (reason: unknown): void => {
    lane.failed ??= reason
    for (const one of lane.waiting.splice(0)) one.reject(lane.failed)
  }
  worker.on('error', fail)
  worker.on('exit', () => fail(new Error('The generator thread has ended.')))
  return lane
}
