/** Python strings are sequences of code points; JavaScript's of UTF-16 units. What depends on the difference is here. */
const SURROGATE = /[\ud800-\udfff]/

export function hasSurrogates(text: string): boolean {
  return SURROGATE.test(text)
}

/** The length in code points. */
export function textLength(text: string): number {
  if (!hasSurrogates(text)) return text.length
  let count = 0
  for (const _ of text) count++
  return count
}

/** The code points as strings: indexable, each one character of Python. */
export function codePoints(text: string): readonly string[] {
  return hasSurrogates(text) ? Array.from(text) : text.split('')
}

/** The part between two code point positions (0 ≤ start ≤ stop). */
export function textSlice(text: string, start: number, stop: number): string {
  return hasSurrogates(text) ? Array.from(text).slice(start, stop).join('') : text.slice(start, stop)
}

/** The code point position of a UTF-16 offset. */
export function codePointOffset(text: string, offset: number): number {
  return offset <= 0 || !hasSurrogates(text) ? offset : textLength(text.slice(0, offset))
}

/** Order by code points, as Python's `<` on str: negative, zero or positive. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0
  const shorter = Math.min(a.length, b.length)
  for (let index = 0; index < shorter; index++) {
    const left = a.charCodeAt(index)
    const right = b.charCodeAt(index)
    if (left !== right) return weight(left) - weight(right)
  }
  return a.length - b.length
}

/** Surrogates stand for code points above all others. */
function weight(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit
}

/** Python's whitespace for strip() and split(). */
export const PYTHON_SPACE = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000'

const LEADING_SPACE = new RegExp(`^[${PYTHON_SPACE}]+`)
const SPACES = new Set(
  '\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000',
)

export function isSpace(character: string): boolean {
  return SPACES.has(character)
}

/** str.lstrip() without arguments. */
export function trimStart(text: string): string {
  return text.replace(LEADING_SPACE, '')
}

/** str.rstrip() without arguments. */
export function trimEnd(text: string): string {
  let end = text.length
  while (end > 0 && SPACES.has(text.charAt(end - 1))) end--
  return text.slice(0, end)
}

/** str.strip() without arguments. */
export function trim(text: string): string {
  return trimEnd(trimStart(text))
}
