import { expect, test } from 'vitest'
import { countedRecords, parseRecords, RecordCounter } from './csv-records.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** The text in chunks of a size, so that every cut is tried. */
async function* cut(text: string, size: number): AsyncGenerator<Uint8Array> {
  const all = bytes(text)
  for (let at = 0; at < all.length; at += size) yield all.subarray(at, at + size)
}

const TEXT = 'a,"two\nlines",\\N\n"\\N","say ""hi""",\n"",é😀,"x,y"\n'
const RECORDS = [
  ['a', 'two\nlines', null],
  ['\\N', 'say "hi"', ''],
  ['', 'é😀', 'x,y'],
]

test.each([1, 2, 3, 5, 7, 11, 1000])('records, cut at every %i bytes', async (size) => {
  const found: (readonly (string | null)[])[] = []
  for await (const records of parseRecords(cut(TEXT, size), '\\N')) found.push(...records)
  expect(found).toEqual(RECORDS)
})

test.each([1, 2, 4, 1000])('line ends of records, not of texts, cut at every %i bytes', async (size) => {
  const counter = new RecordCounter()
  const parts: Uint8Array[] = []
  for await (const part of countedRecords(cut(TEXT, size), counter, 'crlf')) parts.push(part)
  expect(Buffer.concat(parts).toString()).toBe('a,"two\nlines",\\N\r\n"\\N","say ""hi""",\r\n"",é😀,"x,y"\r\n')
  expect(counter.records).toBe(3)
})

test('with LF the bytes are left alone', async () => {
  const counter = new RecordCounter()
  const parts: Uint8Array[] = []
  for await (const part of countedRecords(cut(TEXT, 6), counter, 'lf')) parts.push(part)
  expect(Buffer.concat(parts).toString()).toBe(TEXT)
  expect(counter.records).toBe(3)
})
