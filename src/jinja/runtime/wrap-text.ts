import { codePoints, textLength, textSlice, trim } from './text.ts'

/** Python's textwrap.wrap of one line, tabs and newlines left alone. */
export function wrapLines(text: string, width: number, breakLong: boolean, breakHyphens: boolean): string[] {
  const chunks = chunksOf(text, breakHyphens).reverse()
  const lines: string[] = []
  while (chunks.length > 0) {
    if (lines.length > 0 && isBlank(chunks.at(-1))) chunks.pop()
    const line: string[] = []
    let length = 0
    for (let chunk = chunks.at(-1); chunk !== undefined && length + textLength(chunk) <= width; chunk = chunks.at(-1)) {
      line.push(chunk)
      length += textLength(chunk)
      chunks.pop()
    }
    const next = chunks.at(-1)
    if (next !== undefined && textLength(next) > width) {
      const room = width < 1 ? 1 : width - length
      if (breakLong) {
        const cut = breakHyphens ? hyphenCut(next, room) : room
        line.push(textSlice(next, 0, cut))
        chunks[chunks.length - 1] = textSlice(next, cut, Number.MAX_SAFE_INTEGER)
      } else if (line.length === 0) {
        line.push(next)
        chunks.pop()
      }
    }
    if (isBlank(line.at(-1))) line.pop()
    if (line.length > 0) lines.push(line.join(''))
  }
  return lines
}

function isBlank(chunk: string | undefined): boolean {
  return chunk !== undefined && trim(chunk) === ''
}

function hyphenCut(chunk: string, room: number): number {
  const characters = codePoints(chunk)
  const hyphen = characters.lastIndexOf('-', room - 1)
  const before = characters.slice(0, Math.max(0, hyphen))
  return characters.length > room && before.some((character) => character !== '-') ? hyphen + 1 : room
}

const SPACE = '[\\t\\n\\v\\f\\r ]'
const SOLID = '[^\\t\\n\\v\\f\\r ]'
const WORD = '[\\p{L}\\p{N}_]'
const LETTER = '[\\p{L}\\p{Nl}\\p{No}_]'
const PUNCTUATED = `[\\p{L}\\p{N}_!"'&.,?]`
/** Where lines may break: at spaces, around dashes between words, after a hyphen between letters. */
const BREAKABLE = new RegExp(
  [
    `${SPACE}+`,
    `(?<=${PUNCTUATED})-{2,}(?=${WORD})`,
    `${SOLID}+?(?:-(?:(?<=${LETTER}{2}-)|(?<=${LETTER}-${PUNCTUATED}-))(?=${LETTER}-?${LETTER})|(?=${SPACE}|$)|(?<=${PUNCTUATED})(?=-{2,}${WORD}))`,
  ].join('|'),
  'gu',
)

function chunksOf(text: string, breakHyphens: boolean): string[] {
  if (breakHyphens) return text.match(BREAKABLE) ?? []
  return text.split(/([\t\n\v\f\r ]+)/).filter((chunk) => chunk !== '')
}
