/** A record of a CSV file: its cells as written, without quotes. */
export interface CsvRecord {
  /** Line of the file on which it begins, from 1. */
  readonly line: number
  readonly cells: readonly string[]
  /** Which cells stood in quotes; null when none did. */
  readonly quoted: readonly boolean[] | null
  /** Why it cannot be read; its cells are then empty. */
  readonly problem: string | null
  /** The text as written: of a broken record its first line, of others only on demand. */
  raw(): string
}

/** A quote that is not closed within so many characters is taken for a stray one. */
const MAX_RECORD = 4 * 1024 * 1024
const RAW_SHOWN = 4096

/**
 * Reads CSV piece by piece: RFC 4180 with any delimiter and quote, quoted newlines, `\n`, `\r\n` and lone `\r` line ends. A quote within an unquoted
 * cell stands for itself. A record whose quote is not closed, or goes on after it, is broken: it is given with its problem, and reading goes on with the line
 * after the one on which it began.
 */
export class CsvParser {
  readonly #delimiter: string
  readonly #quote: string
  #newline: '\n' | '\r' | undefined
  #rest = ''
  #line = 1

  constructor(options: { readonly delimiter: string; readonly quote: string }) {
    this.#delimiter = options.delimiter
    this.#quote = options.quote
  }

  /** The records that are complete with this piece. `last` says that there is no more. */
  read(piece: string, last: boolean): CsvRecord[] {
    const text = this.#rest === '' ? piece : this.#rest + piece
    const out: CsvRecord[] = []
    const newline = this.#newlineOf(text, last)
    if (newline === undefined) {
      this.#rest = text
      return out
    }
    const quote = this.#quote
    let at = 0
    let nextQuote = text.indexOf(quote)
    while (at < text.length) {
      const end = text.indexOf(newline, at)
      if (end < 0 && !last) {
        if (nextQuote < 0 || text.length - at < MAX_RECORD) break
      }
      if (nextQuote >= 0 && nextQuote < at) nextQuote = text.indexOf(quote, at)
      const lineEnd = end < 0 ? text.length : end
      if (nextQuote < 0 || nextQuote > lineEnd) {
        if (end < 0 && !last) break
        out.push(new Plain(this.#line, withoutReturn(text, at, lineEnd), this.#delimiter))
        this.#line++
        at = lineEnd + 1
        continue
      }
      const found = this.#quotedRecord(text, at, newline, last)
      if (found === 'more') break
      if (typeof found === 'string') {
        if (end < 0 && !last) break
        const raw = text.slice(at, Math.min(lineEnd, at + RAW_SHOWN))
        out.push({ line: this.#line, cells: [], quoted: null, problem: found, raw: () => raw })
        this.#line++
        at = lineEnd + 1
        continue
      }
      const from = at
      out.push({
        line: this.#line,
        cells: found.cells,
        quoted: found.quoted,
        problem: null,
        raw: () => withoutReturn(text, from, Math.min(found.end, from + RAW_SHOWN)),
      })
      this.#line += found.lines
      at = found.end + 1
    }
    this.#rest = at >= text.length ? '' : text.slice(at)
    return out
  }

  /** Files of before 2001 end lines with a lone carriage return. */
  #newlineOf(text: string, last: boolean): '\n' | '\r' | undefined {
    if (this.#newline !== undefined) return this.#newline
    const feed = text.indexOf('\n')
    const carriage = text.indexOf('\r')
    if (feed < 0 && !last && (carriage < 0 || text.length < 65_536)) return undefined
    this.#newline = feed < 0 && carriage >= 0 ? '\r' : '\n'
    return this.#newline
  }

  /** A record with quotes in it, 'more' when its end is not here yet, else what is wrong with it. */
  #quotedRecord(text: string, start: number, newline: string, last: boolean): QuotedRecord | string {
    const quote = this.#quote
    const delimiter = this.#delimiter
    const cells: string[] = []
    const quoted: boolean[] = []
    let lines = 1
    let at = start
    for (;;) {
      if (text[at] === quote) {
        let cell = ''
        let from = at + 1
        for (;;) {
          const close = text.indexOf(quote, from)
          const next = close + 1
          if (close < 0 || (next === text.length && !last)) {
            if (!last && text.length - start < MAX_RECORD) return 'more'
            return 'a quote is opened and never closed'
          }
          cell += text.slice(from, close)
          if (text[next] !== quote) {
            at = next
            break
          }
          cell += quote
          from = next + 1
        }
        cells.push(cell)
        quoted.push(true)
        for (let found = cell.indexOf(newline); found >= 0; found = cell.indexOf(newline, found + 1)) lines++
        if (text[at] === '\r' && text[at + 1] === '\n' && newline === '\n') at++
        if (text[at] === '\r' && at + 1 >= text.length && newline === '\n') {
          if (!last) return 'more'
          at++
        }
      } else {
        let end = text.indexOf(delimiter, at)
        const lineEnd = text.indexOf(newline, at)
        if (lineEnd >= 0 && (end < 0 || lineEnd < end)) end = lineEnd
        if (end < 0) {
          if (!last) return 'more'
          end = text.length
        }
        const isLast = end === text.length || text[end] === newline
        cells.push(isLast ? withoutReturn(text, at, end) : text.slice(at, end))
        quoted.push(false)
        at = end
      }
      if (at >= text.length) return last ? { cells, quoted, end: at, lines } : 'more'
      if (text[at] === newline) return { cells, quoted, end: at, lines }
      if (text[at] !== delimiter) return 'there is more after the quote that closes a cell'
      at++
      if (at >= text.length && last) {
        cells.push('')
        quoted.push(false)
        return { cells, quoted, end: at, lines }
      }
    }
  }
}

interface QuotedRecord {
  readonly cells: readonly string[]
  readonly quoted: readonly boolean[]
  /** Where its newline is. */
  readonly end: number
  readonly lines: number
}

/** A line without quotes. */
class Plain implements CsvRecord {
  readonly line: number
  readonly cells: readonly string[]
  readonly quoted = null
  readonly problem = null
  readonly #text: string

  constructor(line: number, text: string, delimiter: string) {
    this.line = line
    this.#text = text
    this.cells = text.split(delimiter)
  }

  raw(): string {
    return this.#text.slice(0, RAW_SHOWN)
  }
}

function withoutReturn(text: string, from: number, to: number): string {
  return text.slice(from, to > from && text[to - 1] === '\r' ? to - 1 : to)
}
