/**
 * The records of a CSV text as Python's csv module reads them: quotes count at the start of a field only, a doubled quote is one, what follows a closing
 * quote is added to the field, an empty line is a record without fields. `line` is where the record begins.
 */
export function readCsv(text: string, delimiter: string): readonly CsvRecord[] {
  const records: CsvRecord[] = []
  const { length } = text
  let at = 0
  let line = 1
  while (at < length) {
    const begins = line
    const fields: string[] = []
    let ended = false
    if (text[at] === '\n' || text[at] === '\r') {
      at = pastLineEnd(text, at)
      line += 1
      records.push({ fields, line: begins })
      continue
    }
    while (!ended) {
      let field = ''
      if (text[at] === '"') {
        at += 1
        for (;;) {
          const close = text.indexOf('"', at)
          const part = close < 0 ? text.slice(at) : text.slice(at, close)
          field += part
          line += lineFeeds(part)
          if (close < 0) {
            at = length
            break
          }
          at = close + 1
          if (text[at] !== '"') break
          field += '"'
          at += 1
        }
      }
      const start = at
      while (at < length && text[at] !== delimiter && text[at] !== '\n' && text[at] !== '\r') at += 1
      field += text.slice(start, at)
      fields.push(field)
      if (at < length && text[at] === delimiter) {
        at += 1
        if (at < length) continue
        fields.push('')
      }
      ended = true
    }
    if (at < length) {
      at = pastLineEnd(text, at)
      line += 1
    }
    records.push({ fields, line: begins })
  }
  return records
}

export interface CsvRecord {
  readonly fields: readonly string[]
  /** Line of the text in which the record begins, from 1. */
  readonly line: number
}

function pastLineEnd(text: string, at: number): number {
  return text[at] === '\r' && text[at + 1] === '\n' ? at + 2 : at + 1
}

function lineFeeds(part: string): number {
  let count = 0
  for (let at = part.indexOf('\n'); at >= 0; at = part.indexOf('\n', at + 1)) count += 1
  return count
}
