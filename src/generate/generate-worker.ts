import { parentPort, workerData } from 'node:worker_threads'
import { makeChunk, type RowRange } from './chunks.ts'
import { generateTables } from './generate.ts'
import type { WorkerAnswer, WorkerStart } from './worker-chunks.ts'

/** The worker thread's program: makes the ranges that it is sent, in the order they come. */
const { spec, scale } = workerData as WorkerStart
const tables = generateTables(spec, { scale })

parentPort?.on('message', (range: RowRange) => {
  const table = tables[range.table]
  if (!table) throw new Error(`no table ${range.table}`)
  const chunk = makeChunk(table, range)
  const answer: WorkerAnswer = chunk
  // Small buffers live in a pool that cannot be handed over: those are copied.
  const buffers = [chunk.bytes, ...chunk.days.map((part) => part.bytes)].flatMap(({ buffer, byteLength }) =>
    buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : [],
  )
  parentPort?.postMessage(answer, buffers)
})
