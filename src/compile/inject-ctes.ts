import { firstStatement } from './first-statement.ts'
import type { SqlToken } from './sql-tokens.ts'

/** Keywords that end a WHERE clause; a WITH between them belongs to the clause. */
const AFTER_WHERE = new Set([
  'ORDER BY',
  'GROUP BY',
  'LIMIT',
  'UNION',
  'UNION ALL',
  'EXCEPT',
  'INTERSECT',
  'HAVING',
  'RETURNING',
  'INTO',
])

/** For each token the index of the token that ends the group it opens (parentheses, brackets, CASE … END, BEGIN … END); -1 where it opens none. */
function groupEnds(tokens: readonly SqlToken[]): readonly number[] {
  const ends = tokens.map(() => -1)
  const pair = (opens: (token: SqlToken) => boolean, closes: (token: SqlToken) => boolean): void => {
    const stack: number[] = []
    for (const [index, token] of tokens.entries()) {
      if (opens(token)) stack.push(index)
      else if (closes(token)) {
        const open = stack.pop()
        if (open !== undefined) ends[open] = index
      }
    }
  }
  const punctuation = (value: string) => (token: SqlToken) => token.kind === 'punctuation' && token.value === value
  const word = (value: string) => (token: SqlToken) => token.kind === 'word' && token.value === value
  pair(punctuation('['), punctuation(']'))
  pair(punctuation('('), punctuation(')'))
  pair(word('CASE'), word('END'))
  pair(word('BEGIN'), word('END'))
  return ends
}

/** Index of the statement's own top-level WITH (of RECURSIVE right behind it), behind which CTEs go; -1 without one. */
function findWith(tokens: readonly SqlToken[]): number {
  const ends = groupEnds(tokens)
  let inWhere = false
  let found = -1
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index]
    if (token === undefined) break
    const word = token.kind === 'word' ? token.value : ''
    if (word === 'WITH' && !inWhere) found = index
    else if (word === 'RECURSIVE' && found >= 0) return index
    else if (found >= 0 && token.kind !== 'space' && token.kind !== 'newline') return found
    if (word === 'WHERE') inWhere = true
    else if (AFTER_WHERE.has(word)) inWhere = false
    index = Math.max(index, ends[index] ?? -1)
  }
  return found
}

/**
 * SQL with CTEs (` name as (\n…\n)`, in the order given) in front of it, to the letter as dbt writes it: before the first token that is not white space,
 * or behind the statement's own WITH. Only the first statement of the text is kept then, which is dbt's behaviour too. Without CTEs the text stays as it is.
 */
export function injectCtes(sql: string, ctes: readonly string[]): string {
  if (ctes.length === 0) return sql
  const tokens = firstStatement(sql)
  const statement = sql.slice(0, tokens.at(-1)?.end ?? 0)
  const joined = ctes.join(', ')
  const at = findWith(tokens)
  const withToken = at >= 0 ? tokens[at] : undefined
  if (withToken !== undefined) {
    const next = tokens.slice(at + 1).find((token) => token.kind !== 'space' && token.kind !== 'newline')
    const cut = next?.start ?? statement.length
    return `${statement.slice(0, cut)}${joined}, ${statement.slice(cut)}`
  }
  const first = tokens.find((token) => token.kind !== 'space' && token.kind !== 'newline')?.start ?? statement.length
  return `${statement.slice(0, first)}with${joined} ${statement.slice(first)}`
}
