import { expect, test } from 'vitest'
import { decodeText } from './decode-text.ts'

async function decode(bytes: Uint8Array, encoding: string | null = null, size = 3): Promise<string> {
  const pieces: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size))
  let text = ''
  for await (const piece of decodeText(pieces, { file: 'data/x.csv', encoding })) text += piece
  return text
}

test('UTF-8 with and without a byte order mark, characters cut anywhere', async () => {
  const text = 'żółć,🎉\n'
  for (const size of [1, 2, 3, 4, 100]) {
    expect(await decode(Buffer.from(text), null, size)).toBe(text)
    expect(await decode(Buffer.from(`\uFEFF${text}`), null, size)).toBe(text)
  }
})

test('UTF-16 tells itself by its mark; named encodings are taken at their word', async () => {
  const text = 'id,naïve\n1,€\n'
  const little = Buffer.from(`\uFEFF${text}`, 'utf16le')
  const big = Buffer.from(little).swap16()
  expect(await decode(little)).toBe(text)
  expect(await decode(big)).toBe(text)
  expect(await decode(Buffer.from(text, 'utf16le'), 'utf-16le')).toBe(text)
  expect(await decode(Buffer.from([0x63, 0xe9, 0x80]), 'latin-1')).toBe('cé\u0080')
  expect(await decode(Buffer.from([0x63, 0xe9, 0x80]), 'windows-1252')).toBe('cé€')
})

test.each([1, 7, 64, 10_000])('bytes that are not UTF-8 are told with their line (pieces of %i)', async (size) => {
  const bytes = Buffer.concat([
    Buffer.from(`id,name\n${'1,zażółć\n'.repeat(500)}`),
    Buffer.from([0x32, 0x2c, 0xe9, 0x74, 0x0a]),
    Buffer.from('3,x\n'),
  ])
  await expect(decode(bytes, null, size)).rejects.toMatchObject({
    code: 'T8012',
    message: 'data/x.csv: bytes that are not UTF-8 in line 502',
    details: { hint: expect.stringContaining('latin-1') },
  })
})

test('a character cut off at the end of the file is no UTF-8', async () => {
  await expect(decode(Buffer.from('a,\u00e9').subarray(0, 3))).rejects.toMatchObject({ code: 'T8012' })
})

test('an empty file is an empty text', async () => {
  expect(await decode(Buffer.alloc(0))).toBe('')
})
