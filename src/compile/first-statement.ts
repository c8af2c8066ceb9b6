import { type SqlToken, sqlTokens } from './sql-tokens.ts'

const TRANSACTION_WORDS = new Set(['TRANSACTION', 'WORK', 'TRAN', 'DISTRIBUTED', 'DEFERRED', 'IMMEDIATE', 'EXCLUSIVE'])
const CLOSERS: Readonly<Record<string, readonly string[]>> = {
  'END IF': ['IF'],
  'END FOR': ['FOR'],
  'END WHILE': ['WHILE'],
  'END LOOP': ['LOOP', 'FOR', 'WHILE'],
  'END CASE': ['CASE'],
}

/** What sqlparse keeps in mind between tokens to know which semicolon ends a statement. */
class SplitState {
  #blocks: string[] = []
  #unconfirmed: string | null = null
  #create = false
  #begin = false
  level = 0

  get inBegin(): boolean {
    return this.#blocks.includes('BEGIN')
  }

  forgetBegin(): void {
    this.#begin = false
  }

  step(token: SqlToken): void {
    this.level += this.#change(token)
  }

  #change(token: SqlToken): number {
    if (token.kind === 'punctuation') {
      if (token.value === '(') return 1
      if (token.value === ')') return -1
      if (token.value !== ';') return 0
      this.#unconfirmed = null
      if (!this.#begin) return 0
      this.#begin = false
      return this.#popIf('BEGIN') ? -1 : 0
    }
    if (token.kind !== 'word') return 0
    const word = token.value
    if (word.startsWith('CREATE')) {
      this.#create = true
      return 0
    }
    if (word === 'DECLARE' && this.#create && this.#blocks.length === 0) {
      this.#blocks.push('DECLARE')
      return 1
    }
    if (word === 'BEGIN') {
      this.#begin = true
      const declared = this.#popIf('DECLARE')
      this.#blocks.push('BEGIN')
      return declared ? 0 : 1
    }
    if (this.#begin && TRANSACTION_WORDS.has(word)) {
      this.#begin = false
      return this.#popIf('BEGIN') ? -1 : 0
    }
    if (this.inBegin) {
      const nested = this.#nested(word)
      if (nested !== null) return nested
    }
    return this.#close(word)
  }

  #nested(word: string): number | null {
    if (word === 'FOR' || word === 'WHILE') {
      this.#unconfirmed = word
      return 0
    }
    if (word === 'LOOP' || word === 'DO') {
      if (this.#unconfirmed !== null) {
        this.#blocks.push(this.#unconfirmed)
        this.#unconfirmed = null
        return 1
      }
      if (word === 'LOOP') {
        this.#blocks.push(word)
        return 1
      }
    }
    if (word === 'IF' || word === 'CASE') {
      this.#blocks.push(word)
      return 1
    }
    return null
  }

  #close(word: string): number {
    if (word === 'END') {
      this.#blocks.pop()
      return -1
    }
    const opens = CLOSERS[word]
    const top = this.#blocks.at(-1)
    if (opens === undefined || top === undefined || !opens.includes(top)) return 0
    this.#blocks.pop()
    return -1
  }

  #popIf(block: string): boolean {
    if (this.#blocks.at(-1) !== block) return false
    this.#blocks.pop()
    return true
  }
}

/** The tokens of the first statement: with its semicolon and the blanks and line comments right behind it on the same line. */
export function firstStatement(sql: string): readonly SqlToken[] {
  const state = new SplitState()
  const tokens: SqlToken[] = []
  let ended = false
  for (const token of sqlTokens(sql)) {
    if (ended && token.kind !== 'space' && token.kind !== 'lineComment') break
    state.step(token)
    tokens.push(token)
    if (token.kind === 'punctuation' && token.value === ';') {
      state.forgetBegin()
      if (state.level <= 0 && !state.inBegin) ended = true
    } else if (token.kind === 'word' && /^GO(?:\s|$)/.test(sql.slice(token.start, token.end))) {
      ended = true
    } else if (token.kind !== 'space' && token.kind !== 'newline' && !isComment(token) && token.value !== 'BEGIN') {
      state.forgetBegin()
    }
  }
  return tokens
}

/** True for both kinds of comment. */
function isComment(token: SqlToken): boolean {
  return token.kind === 'comment' || token.kind === 'lineComment'
}
