const QUOTE = 0x22
const CR = 0x0d
const LF = 0x0a

/** Where the records of a CSV stream end; knows from chunk to chunk whether it is inside quotes. */
export class RecordCounter {
  #inQuotes = false
  /** Records that ended so far. */
  records = 0

  /** Offsets in the chunk just past the LF that ends each record. A doubled quote leaves and enters again, so it needs no case of its own. */
  ends(chunk: Uint8Array): readonly number[] {
    const ends: number[] = []
    const { length } = chunk
    let inQuotes = this.#inQuotes
    for (let at = 0; at < length; at++) {
      const byte = chunk[at]
      if (byte === QUOTE) inQuotes = !inQuotes
      else if (byte === LF && !inQuotes) ends.push(at + 1)
    }
    this.#inQuotes = inQuotes
    this.records += ends.length
    return ends
  }
}

/** The chunk with a CR before the LF of each record. */
export function withCarriageReturns(chunk: Uint8Array, ends: readonly number[]): Uint8Array {
  const out = new Uint8Array(chunk.length + ends.length)
  let from = 0
  let to = 0
  for (const end of ends) {
    out.set(chunk.subarray(from, end - 1), to)
    to += end - 1 - from
    out[to] = CR
    out[to + 1] = LF
    to += 2
    from = end
  }
  out.set(chunk.subarray(from), to)
  return out
}

/** Counts records that pass by, and gives them the line ends asked for. */
export async function* countedRecords(
  chunks: AsyncIterable<Uint8Array>,
  counter: RecordCounter,
  lineEnd: 'crlf' | 'lf',
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    const ends = counter.ends(chunk)
    yield lineEnd === 'crlf' ? withCarriageReturns(chunk, ends) : chunk
  }
}

/** A cell of a record: null, or its text. */
export type CsvCell = string | null

/**
 * The records of a CSV that an engine wrote: commas, `""` inside quotes, LF, an unquoted `nullText` for null, no header. Many at a time, as they come.
 */
export async function* parseRecords(chunks: AsyncIterable<Uint8Array>, nullText: string): AsyncGenerator<CsvCell[][]> {
  const counter = new RecordCounter()
  let held: Uint8Array[] = []
  for await (const chunk of chunks) {
    const end = counter.ends(chunk).at(-1)
    if (end === undefined) {
      held.push(chunk)
      continue
    }
    const whole = Buffer.concat([...held, chunk.subarray(0, end)]).toString('utf8')
    held = end < chunk.length ? [chunk.subarray(end)] : []
    yield parseWhole(whole, nullText)
  }
  // Engines end the last record too; a torn stream ends in none, and the count shows it.
}

function parseWhole(text: string, nullText: string): CsvCell[][] {
  const records: CsvCell[][] = []
  const { length } = text
  let at = 0
  while (at < length) {
    const lineEnd = text.indexOf('\n', at)
    const quote = text.indexOf('"', at)
    if (quote < 0 || quote > lineEnd) {
      records.push(
        text
          .slice(at, lineEnd)
          .split(',')
          .map((cell) => (cell === nullText ? null : cell)),
      )
      at = lineEnd + 1
      continue
    }
    const record: CsvCell[] = []
    for (;;) {
      if (text[at] === '"') {
        const [cell, next] = quotedCell(text, at)
        record.push(cell)
        at = next
      } else {
        const comma = text.indexOf(',', at)
        const line = text.indexOf('\n', at)
        const end = comma >= 0 && comma < line ? comma : line
        const cell = text.slice(at, end)
        record.push(cell === nullText ? null : cell)
        at = end
      }
      if (text[at] !== ',') break
      at++
    }
    records.push(record)
    at++
  }
  return records
}

/** The cell whose quote opens at `from`, and the offset past its end. */
function quotedCell(text: string, from: number): readonly [cell: string, next: number] {
  let cell = ''
  let at = from + 1
  for (;;) {
    const close = text.indexOf('"', at)
    cell += text.slice(at, close)
    if (text[close + 1] !== '"') return [cell, close + 1]
    cell += '"'
    at = close + 2
  }
}
