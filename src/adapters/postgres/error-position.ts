/** Where in a text a server's error points: line and column from 1, in characters. */
export interface SqlPosition {
  readonly line: number
  readonly column: number
}

const WINDOW = 60
const RIGHT_MARGIN = 10

/** Columns that Postgres clients count for a character: 2 for East Asian wide ones and emoji, else 1, combining marks too. */
function width(char: string): number {
  return /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u.test(
    char,
  )
    ? 2
    : 1
}

interface LocatedLine extends SqlPosition {
  readonly chars: readonly string[]
}

/** The line that the server's 1-based character position falls in; undefined when it lies outside the text. */
function locate(sql: string, position: number): LocatedLine | undefined {
  const chars = Array.from(sql)
  const target = position - 1
  if (target < 0 || target > chars.length) return undefined
  let line = 1
  let start = 0
  for (let index = 0; index < target; index++) {
    const char = chars[index]
    if (char !== '\n' && char !== '\r') continue
    if (char === '\r' && chars[index + 1] === '\n' && index + 1 < target) index++
    line++
    start = index + 1
  }
  let end = start
  while (end < chars.length && chars[end] !== '\n' && chars[end] !== '\r') end++
  return { line, column: target - start + 1, chars: chars.slice(start, end) }
}

/** Line and column of the server's 1-based character position in a statement text. */
export function sqlPosition(sql: string, position: number): SqlPosition | undefined {
  const found = locate(sql, position)
  return found === undefined ? undefined : { line: found.line, column: found.column }
}

/**
 * The two lines that Postgres clients print under an error, which dbt shows too: `LINE 3: select nope`, and a caret under the
 * place. A long line is cut to a window of 60 columns around the place, with `...` where it was cut.
 */
export function positionLines(sql: string, position: number): readonly string[] {
  const found = locate(sql, position)
  if (found === undefined) return []
  const chars = found.chars.map((char) => (char === '\t' ? ' ' : char))
  const offsets = [0]
  for (const char of chars) offsets.push((offsets.at(-1) ?? 0) + width(char))
  const at = (index: number): number => offsets[Math.min(index, offsets.length - 1)] ?? 0
  const caret = found.column - 1
  let begin = 0
  let end = chars.length
  let cutLeft = false
  let cutRight = false
  if (at(end) > WINDOW) {
    if (WINDOW >= at(caret) + RIGHT_MARGIN) {
      while (at(end) > WINDOW) end--
      cutRight = true
    } else {
      while (at(caret) + RIGHT_MARGIN < at(end)) {
        end--
        cutRight = true
      }
      while (at(end) - at(begin) > WINDOW) {
        begin++
        cutLeft = true
      }
    }
  }
  const label = `LINE ${found.line}: ${cutLeft ? '...' : ''}`
  const text = `${label}${chars.slice(begin, end).join('')}${cutRight ? '...' : ''}`
  return [text, `${' '.repeat(label.length + at(caret) - at(begin))}^`]
}
