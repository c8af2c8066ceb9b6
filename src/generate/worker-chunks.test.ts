import { expect, test } from 'vitest'
import { readGeneratorSpec } from './read-spec.ts'
import { workerChunks } from './worker-chunks.ts'

const spec = readGeneratorSpec(
  'spec.yml',
  'tables:\n  - name: t\n    rows: 1\n    columns: [{name: id, type: integer, sequence: {}}]\n',
)

/** A worker that answers with the range it was sent; odd ranges take longer. */
const echo = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from 'node:worker_threads'
    parentPort.on('message', (range) => {
      if ((range.from / 4000) % 2) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 15)
      parentPort.postMessage({ rows: range.to - range.from, bytes: new TextEncoder().encode(range.from + ' '), days: [] })
    })`)}`,
)
const broken = new URL("data:text/javascript,throw new Error('no such thing')")

async function texts(source: ReturnType<typeof workerChunks>): Promise<string> {
  let text = ''
  for await (const chunk of source.chunks(0)) text += Buffer.from(chunk.bytes).toString()
  return text
}

test('chunks come in the order of rows, whichever worker is faster', async () => {
  for (const workers of [1, 2, 3]) {
    await using source = workerChunks({ program: echo, spec, scale: 1, rowCounts: [30_000], workers })
    expect(await texts(source)).toBe('0 4000 8000 12000 16000 20000 24000 28000 ')
  }
})

test('a worker that breaks ends the making; so does a signal', async () => {
  await using source = workerChunks({ program: broken, spec, scale: 1, rowCounts: [30_000], workers: 2 })
  await expect(texts(source)).rejects.toThrow('no such thing')
  const stop = new AbortController()
  await using stopped = workerChunks({
    program: echo,
    spec,
    scale: 1,
    rowCounts: [30_000],
    workers: 2,
    signal: stop.signal,
  })
  stop.abort(new Error('stopped'))
  await expect(texts(stopped)).rejects.toThrow('stopped')
})
