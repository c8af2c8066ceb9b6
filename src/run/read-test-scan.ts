import type { ScanCount } from '../adapters/interface.ts'
import { type TestToken, testTokens } from './test-tokens.ts'

/** What a data test counts, and over which rows. */
export interface TestScan {
  /** What stands behind FROM: a relation, or a subquery with its alias. Tests of one source can be counted in one scan of it. */
  readonly source: string
  readonly count: ScanCount
}

/**
 * The meaning of a data test's SQL, where it is one of the few forms that are known for sure; null for all others. It is read from the text alone, not from
 * the test's name: a project may have a macro `not_null` of its own, and tests of its own that are of a known form.
 *
 *     select COLUMNS from SOURCE where CONDITION                                                  not_null, ranges, expressions
 *     select C as unique_field, count(*) as n_records from SOURCE where C is not null group by C having count(*) > 1
 *     with all_values as (select C as value_field, count(*) as n_records from SOURCE group by C)
 *       select * from all_values where value_field not in (LITERALS)
 */
export function readTestScan(sql: string, tokens = testTokens(sql)): TestScan | null {
  if (tokens === null) return null
  const reader = new Reader(sql, tokens)
  return acceptedValues(reader) ?? unique(reader.again()) ?? failingRows(reader.again())
}

/** The commonest form of all, in names that need no second look. */
const PLAIN =
  /^\s*select\s+(\*|[A-Za-z_]\w*)\s+from\s+("\w+"(?:\."\w+")*)\s+where\s+(([A-Za-z_]\w*)\s+(?:is\s+null|[<>]=?\s*-?\d+))\s*$/

/** As `readTestScan`, for `select COLUMN from "RELATION" where COLUMN is null` and the like without looking at tokens; null: not of this form. */
export function readPlainScan(sql: string): TestScan | null {
  const [, listed, source, condition, column] = PLAIN.exec(sql) ?? []
  if (listed === undefined || source === undefined || condition === undefined || column === undefined) return null
  const word = column.toLowerCase()
  if (NO_COLUMN.has(listed.toLowerCase()) || ENDS_CONDITION.has(word) || word === 'select') return null
  return { source, count: { kind: 'rows', condition } }
}

/** Words that a condition outside parentheses cannot have: what they begin is no part of it. */
const ENDS_CONDITION = new Set(
  'group having window union intersect except minus order limit offset fetch for qualify returning into from where join on'.split(
    ' ',
  ),
)
/** A word that stands behind a relation and is no alias of it. */
const NO_ALIAS = new Set(
  'where group having window union intersect except minus order limit offset fetch for qualify join inner left right full cross natural on using tablesample lateral as'.split(
    ' ',
  ),
)
/** Words that stand alone in a list and are no column. */
const NO_COLUMN = new Set(['distinct', 'all', 'from', 'top'])

class Reader {
  readonly #sql: string
  readonly #tokens: readonly TestToken[]
  #at = 0

  constructor(sql: string, tokens: readonly TestToken[]) {
    this.#sql = sql
    this.#tokens = tokens
  }

  again(): Reader {
    return new Reader(this.#sql, this.#tokens)
  }

  get atEnd(): boolean {
    return this.#at >= this.#tokens.length
  }

  peek(): TestToken | undefined {
    return this.#tokens[this.#at]
  }

  take(): TestToken | undefined {
    const token = this.#tokens[this.#at]
    this.#at += 1
    return token
  }

  /** True, and past them, when the next tokens are these words and symbols. */
  is(...texts: readonly string[]): boolean {
    const fits = texts.every((text, index) => {
      const token = this.#tokens[this.#at + index]
      return token !== undefined && (token.kind === 'word' || token.kind === 'symbol') && token.text === text
    })
    if (fits) this.#at += texts.length
    return fits
  }

  /** A column's name, with what stands before its dots, as written. */
  column(): string | null {
    const start = this.peek()
    for (;;) {
      const token = this.take()
      if (token === undefined || (token.kind !== 'word' && token.kind !== 'quoted')) return null
      if (token.kind === 'word' && NO_COLUMN.has(token.text)) return null
      if (!this.is('.')) return start === undefined ? null : this.#sql.slice(start.start, token.end)
    }
  }

  /** A relation or a subquery, and its alias, as written. */
  source(): string | null {
    const start = this.peek()
    if (start === undefined) return null
    if (this.is('(')) {
      if (!this.close(start.depth)) return null
    } else if (this.column() === null) {
      return null
    }
    const marked = this.is('as')
    const alias = this.peek()
    if (alias !== undefined && (alias.kind === 'quoted' || (alias.kind === 'word' && !NO_ALIAS.has(alias.text)))) {
      this.take()
    } else if (marked) {
      return null
    }
    return this.text(start)
  }

  /** Goes past the closing parenthesis of the one just taken. */
  close(depth: number): boolean {
    for (let token = this.take(); token !== undefined; token = this.take()) {
      if (token.depth === depth && token.text === ')' && token.kind === 'symbol') return true
    }
    return false
  }

  /** What was taken since a token, as written. */
  text(since: TestToken): string {
    return this.#sql.slice(since.start, this.#tokens[this.#at - 1]?.end ?? since.end)
  }

  /** All that is left. */
  rest(): readonly TestToken[] {
    const rest = this.#tokens.slice(this.#at)
    this.#at = this.#tokens.length
    return rest
  }
}

/** Columns, constants and stars, with commas between. */
function isPlainList(reader: Reader): boolean {
  for (;;) {
    const token = reader.peek()
    if (token === undefined) return false
    if (token.kind === 'number' || token.kind === 'string') reader.take()
    else if (!reader.is('*') && reader.column() === null) return false
    if (!reader.is(',')) return true
  }
}

function failingRows(reader: Reader): TestScan | null {
  if (!reader.is('select') || !isPlainList(reader) || !reader.is('from')) return null
  const source = reader.source()
  if (source === null || !reader.is('where')) return null
  const first = reader.peek()
  const depth = first?.depth ?? 0
  const condition = reader.rest()
  // A subquery would be planned otherwise inside a count than behind WHERE.
  const known = condition.every(
    (token) =>
      token.kind !== 'word' || (token.text !== 'select' && (token.depth > depth || !ENDS_CONDITION.has(token.text))),
  )
  if (first === undefined || !known) return null
  return { source, count: { kind: 'rows', condition: reader.text(first) } }
}

function unique(reader: Reader): TestScan | null {
  if (!reader.is('select')) return null
  const column = reader.column()
  if (column === null || !reader.is('as', 'unique_field', ',', 'count', '(', '*', ')', 'as', 'n_records', 'from')) {
    return null
  }
  const source = reader.source()
  if (source === null || !reader.is('where') || reader.column() !== column) return null
  if (!reader.is('is', 'not', 'null', 'group', 'by') || reader.column() !== column) return null
  if (!reader.is('having', 'count', '(', '*', ')', '>')) return null
  if (reader.take()?.text !== '1' || !reader.atEnd) return null
  return { source, count: { kind: 'duplicates', column } }
}

function acceptedValues(reader: Reader): TestScan | null {
  if (!reader.is('with', 'all_values', 'as', '(', 'select')) return null
  const column = reader.column()
  if (column === null || !reader.is('as', 'value_field', ',', 'count', '(', '*', ')', 'as', 'n_records', 'from')) {
    return null
  }
  const source = reader.source()
  if (source === null || !reader.is('group', 'by') || reader.column() !== column) return null
  if (!reader.is(')', 'select', '*', 'from', 'all_values', 'where', 'value_field', 'not', 'in', '(')) return null
  const first = reader.peek()
  const list = reader.rest()
  const last = list.at(-1)
  if (first === undefined || last?.text !== ')' || list.length < 2) return null
  const plain = list
    .slice(0, -1)
    .every(
      (token) =>
        token.kind === 'string' || token.kind === 'number' || (token.kind === 'symbol' && ',-'.includes(token.text)),
    )
  if (!plain) return null
  return { source, count: { kind: 'values', column, condition: `${column} not in (${reader.text(first)}` } }
}
