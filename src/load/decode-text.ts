import { TdbtError } from '../core/index.ts'

export interface DecodeOptions {
  /** Name of the file, for messages. */
  readonly file: string
  /** A name that `readLoadSpec` knows; null: what the byte order mark says, else UTF-8. */
  readonly encoding: string | null
}

const NEWLINE = 10
const HEAD_BYTES = 4

/** Text of bytes, without a byte order mark. Throws T8012 with the line for bytes that the encoding does not have. */
export async function* decodeText(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: DecodeOptions,
): AsyncGenerator<string, void, undefined> {
  let decoder: StreamDecoder | undefined
  let head: Uint8Array = new Uint8Array(0)
  for await (const chunk of chunks) {
    let piece = chunk
    if (decoder === undefined) {
      piece = head.length === 0 ? chunk : Buffer.concat([head, chunk])
      head = piece
      if (piece.length < HEAD_BYTES) continue
      decoder = new StreamDecoder(options, encodingOf(piece, options.encoding))
    }
    const text = decoder.decode(piece)
    if (text !== '') yield text
  }
  if (decoder === undefined) {
    decoder = new StreamDecoder(options, encodingOf(head, options.encoding))
    const text = decoder.decode(head)
    if (text !== '') yield text
  }
  const rest = decoder.end()
  if (rest !== '') yield rest
}

function encodingOf(head: Uint8Array, encoding: string | null): string {
  const [first, second] = head
  if (encoding === null || encoding === 'utf-16') {
    if (first === 0xff && second === 0xfe) return 'utf-16le'
    if (first === 0xfe && second === 0xff) return 'utf-16be'
  }
  return encoding === 'utf-16' ? 'utf-16le' : (encoding ?? 'utf-8')
}

class StreamDecoder {
  readonly #options: DecodeOptions
  readonly #encoding: string
  /** Null for Latin-1, which the platform's decoder takes for windows-1252. */
  readonly #decoder: InstanceType<typeof TextDecoder> | null
  #lines = 0
  /** The last bytes of UTF-8 that were seen, where a character may have begun. */
  #tail: Uint8Array = new Uint8Array(0)

  constructor(options: DecodeOptions, encoding: string) {
    this.#options = options
    this.#encoding = encoding
    this.#decoder = encoding === 'latin-1' ? null : new TextDecoder(encoding, { fatal: true })
  }

  decode(chunk: Uint8Array): string {
    if (this.#decoder === null) return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1')
    try {
      const text = this.#decoder.decode(chunk, { stream: true })
      this.#lines += countNewlines(text)
      this.#tail = chunk.slice(-HEAD_BYTES)
      return text
    } catch {
      throw this.#broken(chunk)
    }
  }

  end(): string {
    try {
      return this.#decoder?.decode() ?? ''
    } catch {
      throw this.#broken(new Uint8Array(0))
    }
  }

  #broken(chunk: Uint8Array): TdbtError {
    const { file, encoding } = this.#options
    const name = this.#encoding.toUpperCase()
    const bad = this.#encoding === 'utf-8' ? invalidUtf8(this.#tail, chunk) : undefined
    const before = bad === undefined ? 0 : countBytes(chunk.subarray(0, Math.max(0, bad.offset)))
    const bytes = bad?.bytes.map((byte) => `0x${byte.toString(16).padStart(2, '0')}`).join(' ')
    const where = bad === undefined ? `after line ${this.#lines + 1}` : `in line ${this.#lines + before + 1}`
    return new TdbtError('T8012', `${file}: bytes that are not ${name} ${where}`, {
      found: bytes ?? 'a sequence that the encoding does not have',
      expected: name,
      hint:
        encoding === null
          ? 'Say which encoding it is: `encoding: latin-1`, `windows-1252`, `utf-16`….'
          : `Is it really ${name}? Leave out 'encoding' for UTF-8, or name another.`,
    })
  }
}

function countNewlines(text: string): number {
  let count = 0
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++
  return count
}

function countBytes(bytes: Uint8Array): number {
  let count = 0
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) count++
  return count
}

/** The first bytes that are no UTF-8; `offset` counts from the start of the chunk, and is below 0 in what was before it. */
function invalidUtf8(
  tail: Uint8Array,
  chunk: Uint8Array,
): { readonly offset: number; readonly bytes: readonly number[] } | undefined {
  // A character of before may go on in the chunk: begin at the last byte that can start one.
  let start = tail.length
  for (let back = 1; back <= 3 && back <= tail.length; back++) {
    const byte = tail[tail.length - back] ?? 0
    if (byte >= 0xc0) {
      const needs = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
      if (needs > back) start = tail.length - back
      break
    }
    if (byte < 0x80) break
  }
  const bytes = Buffer.concat([tail.subarray(start), chunk])
  const base = tail.length - start
  for (let at = 0; at < bytes.length; ) {
    const lead = bytes[at] ?? 0
    const size =
      lead < 0x80
        ? 1
        : lead >= 0xf0 && lead < 0xf5
          ? 4
          : lead >= 0xe0 && lead < 0xf0
            ? 3
            : lead >= 0xc2 && lead < 0xe0
              ? 2
              : 0
    const piece = bytes.subarray(at, at + Math.max(1, size))
    const isGood = size > 0 && piece.length === size && isCharacter(piece)
    if (!isGood) return { offset: at - base, bytes: [...piece] }
    at += size
  }
  return undefined
}

function isCharacter(piece: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(piece)
    return true
  } catch {
    return false
  }
}
