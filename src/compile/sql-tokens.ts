/**
 * A tokenizer that sees SQL as sqlparse does, as far as it decides what dbt does with ephemeral models: where strings, comments and
 * names end, and which words are keywords. Whether the text is valid SQL is not its business.
 */
export interface SqlToken {
  readonly kind: 'space' | 'newline' | 'lineComment' | 'comment' | 'punctuation' | 'word' | 'other'
  readonly start: number
  readonly end: number
  /** Upper-case word (inner white space as one blank) for `word`, the character for `punctuation`, else ''. */
  readonly value: string
}

const LINE_COMMENT = /(?:--|# )(\+)?[^\r\n]*(?:\r\n|\r|\n|$)/y
const NEWLINE = /\r\n|\r|\n/y
const SPACE = /\s/y
const DOLLAR_QUOTE = /\$(?:[_\p{L}][\p{L}\p{N}_]*)?\$/uy
const PLACEHOLDER = /[$:?][\p{L}\p{N}_]+|\?|%(?:\([\p{L}\p{N}_]+\))?s/uy
const BRACKET_NAME = /\[[^\][]+\]/y
const NUMBER = /-?0x[\dA-F]+|-?\d+(?:\.\d+)?E-?\d+|-?(?:\d+\.\d*|\.\d+)(?![_\p{L}])|-?\d+(?![_\p{L}])/iuy
/** Keywords of several words that sqlparse takes as one token. */
const COMPOUND =
  /END(?:\s+IF|\s+LOOP|\s+WHILE|\s+FOR|\s+CASE)?\b|IF\s+(?:NOT\s+)?EXISTS\b|UNION\s+ALL\b|CREATE(?:\s+OR\s+REPLACE)?\b|GROUP\s+BY\b|ORDER\s+BY\b|HANDLER\s+FOR\b|GO\s\d+\b/iy
/** Always keywords, even before a parenthesis or a dot. */
const ALWAYS_KEYWORD = /(?:CASE|IN|VALUES|USING|FROM|AS)\b/iy
const NAME = /\p{L}[\p{L}\p{N}_]*/uy
const WORD = /[\p{L}\p{N}_][$#\p{L}\p{N}_]*/uy
const MEMBER_FOLLOWS = /\s*\.(?!\d)/y

function match(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : -1
}

/** End of a quoted text that begins at `at`, or -1: a doubled or backslashed quote does not end it, unless nothing else would. */
function endOfQuoted(text: string, at: number, quote: string, backslash: boolean): number {
  let fallback = -1
  let index = at + 1
  while (index < text.length) {
    const char = text[index]
    const next = text[index + 1]
    if (char === quote && next === quote) {
      fallback = index + 1
      index += 2
    } else if (backslash && char === '\\' && next === quote) {
      fallback = index + 2
      index += 2
    } else if (char === quote) {
      return index + 1
    } else {
      index += 1
    }
  }
  return fallback
}

function isWordCharacter(char: string | undefined): boolean {
  return char !== undefined && /[\p{L}\p{N}_]/u.test(char)
}

/** The token that begins at `at`. */
function tokenAt(text: string, at: number): SqlToken {
  const char = text[at] ?? ''
  const token = (kind: SqlToken['kind'], end: number, value = ''): SqlToken => ({ kind, start: at, end, value })
  if (char === '/' && text[at + 1] === '*') {
    const close = text.indexOf('*/', at + 2)
    if (close >= 0) return token('comment', close + 2)
  }
  const before = text[at - 1]
  if (char === '$' && !isWordCharacter(before) && before !== '"' && before !== '$') {
    const open = match(DOLLAR_QUOTE, text, at)
    if (open > 0) {
      const tag = text.slice(at, open)
      const close = text.indexOf(tag, open)
      if (close >= 0) return token('other', close + tag.length)
    }
  }
  let end = match(LINE_COMMENT, text, at)
  if (end > 0) return token(text[at + 2] === '+' ? 'comment' : 'lineComment', end)
  end = match(NEWLINE, text, at)
  if (end > 0) return token('newline', end)
  if (match(SPACE, text, at) > 0) return token('space', at + 1)
  if (char === "'" || char === '"' || char === '`' || char === '´') {
    end = endOfQuoted(text, at, char, char === "'" || char === '"')
    return token('other', end > 0 ? end : at + 1)
  }
  if (!isWordCharacter(before) || char === '?' || char === '%') {
    end = match(PLACEHOLDER, text, at)
    if (end > 0) return token('other', end)
  }
  if (char === '[' && !isWordCharacter(before) && before !== ']' && before !== ')') {
    end = match(BRACKET_NAME, text, at)
    if (end > 0) return token('other', end)
  }
  if ('();[],.'.includes(char)) {
    end = match(NUMBER, text, at)
    return end > 0 ? token('other', end) : token('punctuation', at + 1, char)
  }
  return wordOrOther(text, at, before, token)
}

function wordOrOther(
  text: string,
  at: number,
  before: string | undefined,
  token: (kind: SqlToken['kind'], end: number, value?: string) => SqlToken,
): SqlToken {
  let end = match(ALWAYS_KEYWORD, text, at)
  if (end > 0) return token('word', end, text.slice(at, end).toUpperCase())
  end = match(NAME, text, at)
  if (end > 0) {
    // A word before a dot or a parenthesis, or after a dot, is a name whatever it says.
    if (match(MEMBER_FOLLOWS, text, end) > 0 || before === '.' || text[end] === '(') return token('other', end)
  }
  end = match(NUMBER, text, at)
  if (end > 0) return token('other', end)
  end = match(COMPOUND, text, at)
  if (end > 0) return token('word', end, text.slice(at, end).toUpperCase().replace(/\s+/g, ' '))
  end = match(WORD, text, at)
  if (end > 0) return token('word', end, text.slice(at, end).toUpperCase())
  return token('other', at + 1)
}

/** All tokens of the text, in order and without gaps. */
export function* sqlTokens(text: string): Generator<SqlToken> {
  let at = 0
  while (at < text.length) {
    const token = tokenAt(text, at)
    yield token
    at = token.end
  }
}
