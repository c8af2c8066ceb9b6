import { expect, test } from 'vitest'
import { CopyFrames } from './copy-frames.ts'

function message(type: string, body: string): Buffer {
  const bytes = Buffer.from(body)
  const header = Buffer.alloc(5)
  header.write(type)
  header.writeUInt32BE(bytes.length + 4, 1)
  return Buffer.concat([header, bytes])
}

test.each([1, 2, 3, 7, 64, 1_000_000])(
  'rows and other messages are told apart, whatever the pieces of %i bytes',
  (size) => {
    const rows = Array.from({ length: 5000 }, (_, index) => `${index}\tsome text ${'x'.repeat(index % 90)}\n`)
    const wire = Buffer.concat([
      message('H', '\0\0'),
      ...rows.slice(0, 2500).map((row) => message('d', row)),
      message('N', 'a notice'),
      message('d', ''),
      ...rows.slice(2500).map((row) => message('d', row)),
      message('c', ''),
      message('C', 'COPY 5000\0'),
      message('Z', 'I'),
    ])
    const others: Buffer[] = []
    const pieces: Uint8Array[] = []
    const frames = new CopyFrames(
      (bytes) => others.push(Buffer.from(bytes)),
      (bytes) => pieces.push(bytes),
    )
    for (let at = 0; at < wire.length; at += size) frames.push(wire.subarray(at, at + size))
    const rest = frames.rest()
    if (rest !== null) pieces.push(rest)
    expect(Buffer.concat(pieces).toString()).toBe(rows.join(''))
    expect(Buffer.concat(others)).toEqual(
      Buffer.concat([
        message('H', '\0\0'),
        message('N', 'a notice'),
        message('c', ''),
        message('C', 'COPY 5000\0'),
        message('Z', 'I'),
      ]),
    )
    expect(frames.rest()).toBeNull()
  },
)
