import { createHash } from 'node:crypto'
import type { Chunk } from './chunks.ts'

/** What was written of a table: rows with duplicates; bytes and checksum are those of its rows as CSV, whatever the output is. */
export interface WrittenTable {
  readonly name: string
  readonly rows: number
  readonly bytes: number
  readonly sha256: string
  readonly files: readonly WrittenFile[]
}

export interface WrittenFile {
  /** Relative to the output folder, with slashes. */
  readonly path: string
  readonly rows: number
  readonly bytes: number
  readonly sha256: string
}

/** The figures of a WrittenTable while they grow. */
export interface Tally {
  rows: number
  bytes: number
  sha256: string
}

/** Hands chunks on as bytes and keeps count of them; the checksum is there at the end. */
export async function* tallied(
  chunks: AsyncIterable<Chunk>,
  tally: Tally,
  onProgress?: (rows: number) => void,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256')
  for await (const chunk of chunks) {
    hash.update(chunk.bytes)
    tally.rows += chunk.rows
    tally.bytes += chunk.bytes.byteLength
    onProgress?.(chunk.rows)
    yield chunk.bytes
  }
  tally.sha256 = hash.digest('hex')
}
