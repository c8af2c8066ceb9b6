import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CheckedFile, readCheckedFile } from './checked-file.ts'

let path = ''
beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), 'tdbt-checked-')), 'file')
})
afterEach(() => {
  rmSync(join(path, '..'), { recursive: true })
})

function write(parts: readonly (readonly string[])[]): void {
  const file = new CheckedFile(path)
  for (const pieces of parts) {
    for (const piece of pieces) file.write(piece)
    file.mark()
  }
  file.finish()
  file.close()
}

test('parts come back as they were written, whatever the lengths of their pieces', () => {
  const long = 'ü€😀x'.repeat(300_000)
  const parts = [
    ['a', '', 'b\nc'],
    [],
    [long],
    Array.from({ length: 3000 }, (_, index) => `${index} é `.repeat(200)),
    ['z\n'],
  ]
  write(parts)
  const read = readCheckedFile(path)
  let start = 0
  const texts = read?.ends.map((end) => {
    const text = read.content.toString('utf8', start, end)
    start = end
    return text
  })
  expect(texts?.length).toBe(parts.length)
  for (const [index, pieces] of parts.entries()) expect(texts?.[index] === pieces.join('')).toBe(true)
})

test('what is torn or changed anywhere is told', () => {
  write([['first\n'], ['second']])
  const whole = readFileSync(path)
  for (let at = 0; at < whole.length; at++) {
    const flipped = Buffer.from(whole)
    flipped[at] = (flipped[at] ?? 0) ^ 1
    for (const torn of [whole.subarray(0, at), flipped]) {
      writeFileSync(path, torn)
      let read: ReturnType<typeof readCheckedFile>
      try {
        read = readCheckedFile(path)
      } catch {
        continue
      }
      expect(read, `${at}`).toBeUndefined()
    }
  }
})
