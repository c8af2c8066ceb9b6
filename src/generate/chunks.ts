import { csvLine } from './csv-line.ts'
import type { GeneratedTable } from './generate.ts'

/** Row numbers of a table, `to` not included. */
export interface RowRange {
  readonly table: number
  readonly from: number
  readonly to: number
}

/** The rows of a range as lines of CSV. */
export interface Chunk {
  /** Duplicates among them. */
  readonly rows: number
  readonly bytes: Uint8Array
  /** For tables with `by_day`: the same lines, apart by day. */
  readonly days: readonly { readonly day: string; readonly rows: number; readonly bytes: Uint8Array }[]
}

/** Row numbers in one piece: large enough to be worth a message between threads, small enough for a progress line. */
export const CHUNK_ROWS = 4000

/** The pieces of a table, in order. */
export function* rowRanges(table: number, rowCount: number, chunkRows = CHUNK_ROWS): Generator<RowRange> {
  for (let from = 0; from < rowCount; from += chunkRows) yield { table, from, to: Math.min(rowCount, from + chunkRows) }
}

export function makeChunk(table: GeneratedTable, range: RowRange): Chunk {
  const { dayOf } = table
  const days = new Map<string, { rows: number; text: string }>()
  let rows = 0
  let text = ''
  table.rows(range.from, range.to, (cells, row) => {
    const line = csvLine(cells)
    rows++
    text += line
    if (dayOf === null) return
    const day = dayOf(row)
    const there = days.get(day)
    if (there) {
      there.rows++
      there.text += line
    } else days.set(day, { rows: 1, text: line })
  })
  return {
    rows,
    bytes: Buffer.from(text, 'utf8'),
    days: [...days].map(([day, part]) => ({ day, rows: part.rows, bytes: Buffer.from(part.text, 'utf8') })),
  }
}

/** Where the chunks of tables come from: this thread, or workers. Always in the order of rows. */
export interface ChunkSource extends AsyncDisposable {
  chunks(table: number): AsyncIterable<Chunk>
}

/** Chunks made in this thread, one at a time when it is asked for. */
export function localChunks(
  tables: readonly GeneratedTable[],
  options: { readonly chunkRows?: number; readonly signal?: AbortSignal | undefined } = {},
): ChunkSource {
  return {
    async *chunks(index) {
      const table = tables[index]
      if (!table) return
      for (const range of rowRanges(index, table.rowCount, options.chunkRows)) {
        // A turn of the event loop, so that Ctrl-C is heard.
        await new Promise<void>((resolve) => setImmediate(resolve))
        options.signal?.throwIfAborted()
        yield makeChunk(table, range)
      }
    },
    async [Symbol.asyncDispose]() {},
  }
}
