import { createReadStream, existsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import { feedCsv } from './feed-csv-session.ts'

const CHUNK = new Uint8Array(100_000).fill(65)

async function* chunks(count: number, fail?: Error): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < count; index++) yield CHUNK
  if (fail !== undefined) throw fail
}

async function lengthOf(path: string): Promise<number> {
  let size = 0
  for await (const chunk of createReadStream(path)) size += chunk.length
  return size
}

test.each([
  [0, true],
  [3, true],
  [60, true],
  [60, false],
])('%i chunks arrive, pipes: %s', async (count, pipes) => {
  let folder = ''
  const size = await feedCsv(
    chunks(count),
    async (path) => {
      folder = dirname(path)
      if (process.platform !== 'win32') expect(statSync(path).isFIFO()).toBe(pipes && count > 10)
      return await lengthOf(path)
    },
    pipes,
  )
  expect(size).toBe(count * CHUNK.length)
  expect(existsSync(folder)).toBe(false)
})

test('a reader that opens late misses nothing', async () => {
  const size = await feedCsv(chunks(30), async (path) => {
    await new Promise((resolve) => setTimeout(resolve, 50))
    return await lengthOf(path)
  })
  expect(size).toBe(30 * CHUNK.length)
})

test.each([0, 3, 60])('when the source breaks after %i chunks, that is the error', async (count) => {
  await expect(feedCsv(chunks(count, new Error('the source broke')), lengthOf)).rejects.toThrow('the source broke')
})

test.each([3, 60])('when the reader gives up, no more of %i chunks is asked for', async (count) => {
  let given = 0
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks(count * 100)) {
      given++
      yield chunk
    }
  }
  const work = feedCsv(counted(), async () => {
    throw new Error('no such type')
  })
  await expect(work).rejects.toThrow('no such type')
  expect(given).toBeLessThan(count * 100)
})
