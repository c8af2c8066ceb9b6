import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import { crc32 } from 'node:zlib'

const NEWLINE = 10
const BUFFER_BYTES = 1_048_576
/** UTF-8 needs no more than these for a character of a JavaScript string. */
const BYTES_A_CHARACTER = 3

/** The last line of such a file. */
interface Tail {
  /** Bytes before it, and the CRC-32 of them and of `ends`. */
  readonly length: number
  readonly crc: number
  readonly ends: readonly number[]
}

/** A file of parts that are written piece by piece, with a last line that says where each part ends and shows whether anything was torn. */
export class CheckedFile {
  private readonly file: number
  private readonly buffer = Buffer.allocUnsafe(BUFFER_BYTES)
  private readonly ends: number[] = []
  private held = 0
  private length = 0
  private crc = 0

  constructor(path: string) {
    this.file = openSync(path, 'w')
  }

  write(text: string): void {
    const bytes = text.length * BYTES_A_CHARACTER
    if (this.held + bytes > BUFFER_BYTES) this.flush()
    if (bytes > BUFFER_BYTES) this.append(Buffer.from(text))
    else this.held += this.buffer.write(text, this.held)
  }

  /** A part ends here. */
  mark(): void {
    this.ends.push(this.length + this.held)
  }

  /** Writes what is held, and the last line. */
  finish(): void {
    this.flush()
    const { length, ends } = this
    const crc = sumWith(ends, this.crc)
    this.append(Buffer.from(`\n${JSON.stringify({ length, crc, ends } satisfies Tail)}`))
  }

  close(): void {
    closeSync(this.file)
  }

  private flush(): void {
    this.append(this.buffer.subarray(0, this.held))
    this.held = 0
  }

  private append(bytes: Buffer): void {
    this.crc = crc32(bytes, this.crc)
    this.length += bytes.length
    for (let at = 0; at < bytes.length; ) at += writeSync(this.file, bytes, at)
  }
}

/** What a CheckedFile wrote, and where its parts end; undefined where it is torn. Throws what reading throws. */
export function readCheckedFile(
  path: string,
): { readonly content: Buffer; readonly ends: readonly number[] } | undefined {
  const whole = readFileSync(path)
  const length = whole.lastIndexOf(NEWLINE)
  const tail = JSON.parse(whole.toString('utf8', length)) as Tail
  const content = whole.subarray(0, length)
  return tail.length === length && tail.crc === sumWith(tail.ends, crc32(content))
    ? { content, ends: tail.ends }
    : undefined
}

function sumWith(ends: readonly number[], sum: number): number {
  return crc32(ends.join(), sum)
}
