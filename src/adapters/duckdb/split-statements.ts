/** One statement of a text, with the line of the text it begins on (from 0). */
export interface SqlPiece {
  readonly sql: string
  readonly line: number
  /** Its first word, in capitals: `SELECT`, `BEGIN`. */
  readonly word: string
}

const OPENERS = /'|"|--|\/\*|\$(?:[A-Za-z_]\w*)?\$|;/g

/**
 * The statements of a text, cut at semicolons outside of strings, names, comments and dollar quotes. Pieces without a word are
 * left out. A quote that does not end goes to the end of the text: the engine says what is wrong with it.
 */
export function splitStatements(sql: string): readonly SqlPiece[] {
  const pieces: SqlPiece[] = []
  let start = 0
  let line = 0
  const cut = (end: number): void => {
    const text = sql.slice(start, end)
    const word = firstWord(text)
    if (word !== null) pieces.push({ sql: text, line, word: word.toUpperCase() })
    line += text.split('\n').length - 1
    start = end
  }
  const openers = new RegExp(OPENERS)
  for (let match = openers.exec(sql); match !== null; match = openers.exec(sql)) {
    const [opener] = match
    if (opener === ';') {
      cut(match.index)
      start = match.index + 1
    } else openers.lastIndex = endOf(sql, opener, match.index)
  }
  cut(sql.length)
  return pieces
}

/** Where what `opener` begins at `at` ends. */
function endOf(sql: string, opener: string, at: number): number {
  const from = at + opener.length
  if (opener === '--') return after(sql, '\n', from)
  if (opener === '/*') return endOfComment(sql, from)
  if (opener === "'" && /(?:^|[^\w])[eE]$/.test(sql.slice(Math.max(0, at - 2), at))) return endOfEscaped(sql, from)
  // A doubled quote ends one string and begins the next, which comes to the same.
  return after(sql, opener, from)
}

function after(sql: string, closer: string, from: number): number {
  const end = sql.indexOf(closer, from)
  return end < 0 ? sql.length : end + closer.length
}

/** Comments nest, as in Postgres, whose parser DuckDB has. */
function endOfComment(sql: string, from: number): number {
  let depth = 1
  const marks = /\/\*|\*\//g
  marks.lastIndex = from
  for (let mark = marks.exec(sql); mark !== null; mark = marks.exec(sql)) {
    depth += mark[0] === '/*' ? 1 : -1
    if (depth === 0) return marks.lastIndex
  }
  return sql.length
}

function endOfEscaped(sql: string, from: number): number {
  for (let index = from; index < sql.length; index++) {
    if (sql[index] === '\\') index++
    else if (sql[index] === "'") return index + 1
  }
  return sql.length
}

/** The first word behind blanks, comments and opening parentheses; the first character where that is no word; null where nothing is. */
function firstWord(text: string): string | null {
  let at = 0
  while (at < text.length) {
    if (text.startsWith('--', at)) at = after(text, '\n', at)
    else if (text.startsWith('/*', at)) at = endOfComment(text, at + 2)
    else if (/[\s(]/.test(text[at] ?? '')) at++
    else return /^\w+/.exec(text.slice(at))?.[0] ?? text[at] ?? null
  }
  return null
}
