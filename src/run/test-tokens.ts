/** A token of a data test's SQL. */
export interface TestToken {
  readonly kind: 'word' | 'quoted' | 'string' | 'number' | 'symbol'
  /** As written; a word in lower case. */
  readonly text: string
  /** Parentheses around it; both parentheses of a pair are outside. */
  readonly depth: number
  readonly start: number
  readonly end: number
}

const SPACE = /\s+/y
const WORD = /[\p{L}_][\p{L}\p{N}_]*/uy
const QUOTED = /"(?:[^"]|"")+"/y
const STRING = /'(?:[^']|'')*'/y
const NUMBER = /\d+(?:\.\d+)?/y
/** What engines read in different ways (comments, escapes, other quotes, parameters), or what would end the statement. */
const UNSURE = /--|\/\*|[\\;$`{}?#]/

/**
 * The tokens of a text that every engine splits alike; null for any other: with comments, escapes, dollar quotes, a semicolon, or parentheses that do not
 * pair. Whoever reads a test's meaning from its SQL must not be wrong, so what is unsure is not read.
 */
export function testTokens(sql: string): readonly TestToken[] | null {
  if (UNSURE.test(sql)) return null
  const tokens: TestToken[] = []
  let at = 0
  let depth = 0
  const end = (pattern: RegExp): number => {
    pattern.lastIndex = at
    return pattern.test(sql) ? pattern.lastIndex : -1
  }
  while (at < sql.length) {
    const space = end(SPACE)
    if (space > 0) {
      at = space
      continue
    }
    const start = at
    const [kind, stop] = next(end, at)
    if (kind === null) return null
    const written = sql.slice(start, stop)
    if (written === ')') depth -= 1
    if (depth < 0) return null
    tokens.push({ kind, text: kind === 'word' ? written.toLowerCase() : written, depth, start, end: stop })
    if (written === '(') depth += 1
    at = stop
  }
  return depth === 0 ? tokens : null
}

function next(end: (pattern: RegExp) => number, at: number): readonly [TestToken['kind'] | null, number] {
  for (const [kind, pattern] of KINDS) {
    const stop = end(pattern)
    if (stop > 0) return [kind, stop]
  }
  const stop = end(SYMBOL)
  return stop > 0 ? ['symbol', stop] : [null, at]
}

const SYMBOL = /[^'"\s]/y
const KINDS = [
  ['word', WORD],
  ['quoted', QUOTED],
  ['string', STRING],
  ['number', NUMBER],
] as const
