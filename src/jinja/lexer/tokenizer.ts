import { Tokenizer, templateError } from '../nunjucks.ts'
import { unescapeString } from './string-literal.ts'
import { OPERATORS, type Token, type TokenType } from './tokens.ts'

/** What Python's `\s` and `str.strip` take for whitespace. */
const SPACE = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000'
const SPACES = new RegExp(`[${SPACE}]+`, 'y')
const TRAILING_SPACES = new RegExp(`[${SPACE}]+$`)
const RAW_BEGIN = new RegExp(`\\{%[-+]?[${SPACE}]*raw[${SPACE}]*(?:-%\\}[${SPACE}]*|%\\})`, 'y')
const RAW_END = new RegExp(`\\{%([-+]?)[${SPACE}]*endraw[${SPACE}]*(?:\\+%\\}|-%\\}[${SPACE}]*|%\\})`, 'g')
const FLOAT = /(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?e[+-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)/iy
const INTEGER = /0b(?:_?[01])+|0o(?:_?[0-7])+|0x(?:_?[\da-f])+|[1-9](?:_?\d)*|0(?:_?0)*/iy
const ASCII_NAME = /[A-Za-z_][A-Za-z0-9_]*/y
const UNICODE_NAME = /[\p{ID_Continue}\u00b7]+/uy
const IDENTIFIER = /^[\p{ID_Start}_]\p{ID_Continue}*$/u
const STRING = /'[^'\\]*(?:\\.[^'\\]*)*'|"[^"\\]*(?:\\.[^"\\]*)*"/sy
const OPERATOR = /\/\/|\*\*|==|!=|>=|<=|[-+/*%~[\](){}><=.:|,;]/y
const CLOSERS: Readonly<Record<string, string>> = { '{': '}', '(': ')', '[': ']' }

/**
 * Jinja2's lexer in the shape of nunjucks' one: newlines become `\n`, one trailing newline is dropped, whitespace control is already
 * applied to data, comments and whitespace never come out, and `}}` inside open brackets closes those first. Throws nunjucks'
 * TemplateError with Jinja2's wording.
 */
export class JinjaTokenizer extends Tokenizer {
  private closing: 'variable_end' | 'block_end' = 'variable_end'
  private brackets: string[] = []
  private pending: Token | null = null
  /** Offset of the first newline at or behind `index`. */
  private newlineAt = -1

  constructor(source: string) {
    const lines = source.includes('\r') ? source.replace(/\r\n|\r/g, '\n') : source
    super(lines.endsWith('\n') ? lines.slice(0, -1) : lines)
  }

  override nextToken(): Token | null {
    const pending = this.pending
    if (pending) {
      this.pending = null
      return pending
    }
    return this.in_code ? this.codeToken() : this.textToken()
  }

  /** Data up to the next tag, or the tag itself where there is none before it. */
  private textToken(): Token | null {
    const { str, len } = this
    while (this.index < len) {
      const start = this.index
      const at = nextTag(str, start)
      if (at < 0) return this.take('data', str.slice(start), len)
      const sign = str[at + 2]
      const kind = str[at + 1]
      RAW_BEGIN.lastIndex = at
      const raw = kind === '%' ? RAW_BEGIN.exec(str) : null
      const text = sign === '-' ? str.slice(start, at).replace(TRAILING_SPACES, '') : str.slice(start, at)
      const data = text === '' ? null : this.make('data', text, at)
      this.moveTo(at)
      if (raw) {
        const rawData = this.rawBlock(at + raw[0].length)
        if (data) {
          this.pending = rawData
          return data
        }
        if (rawData) return rawData
        continue
      }
      const tagEnd = at + (sign === '-' || sign === '+' ? 3 : 2)
      if (kind === '#') {
        this.skipComment(tagEnd)
        if (data) return data
        continue
      }
      const tag = this.make(kind === '%' ? 'block_begin' : 'variable_begin', str.slice(at, tagEnd), tagEnd)
      this.moveTo(tagEnd)
      this.in_code = true
      this.brackets = []
      this.closing = kind === '%' ? 'block_end' : 'variable_end'
      if (!data) return tag
      this.pending = tag
      return data
    }
    return null
  }

  private codeToken(): Token | null {
    const { str, len } = this
    const next = str.charCodeAt(this.index)
    if (next <= 0x20 || next > 0x7f) {
      SPACES.lastIndex = this.index
      if (SPACES.test(str)) this.moveTo(SPACES.lastIndex)
    }
    const start = this.index
    if (start >= len) return null
    const char = str[start] ?? ''
    if (this.brackets.length === 0 && (char === '}' || char === '%' || char === '-' || char === '+')) {
      const end = this.tagEnd(start, char)
      if (end) return end
    }
    if (char >= '0' && char <= '9') return this.number(start)
    ASCII_NAME.lastIndex = start
    const isName = ASCII_NAME.test(str)
    const nameEnd = ASCII_NAME.lastIndex
    if (isName && !(str.charCodeAt(nameEnd) > 0x7f)) return this.take('name', str.slice(start, nameEnd), nameEnd)
    if (char === "'" || char === '"') {
      STRING.lastIndex = start
      if (STRING.test(str)) {
        const end = STRING.lastIndex
        const written = str.slice(start + 1, end - 1)
        const value = written.includes('\\') ? unescapeString(written, (message) => this.fail(message)) : written
        return this.take('string', value, end)
      }
    } else if (isName || char > '\x7f') {
      const word = this.unicodeName(start)
      if (word) return word
    }
    return this.operator(start, char)
  }

  private tagEnd(start: number, char: string): Token | null {
    const mark = this.closing === 'block_end' ? '%}' : '}}'
    if (char === '-' && this.str.startsWith(mark, start + 1)) {
      SPACES.lastIndex = start + 3
      const spaces = SPACES.exec(this.str)
      this.in_code = false
      return this.take(this.closing, `-${mark}`, start + 3 + (spaces?.[0].length ?? 0))
    }
    const plus = char === '+' && this.closing === 'block_end' ? 1 : 0
    if (!this.str.startsWith(mark, start + plus)) return null
    this.in_code = false
    return this.take(this.closing, mark, start + plus + 2)
  }

  private number(start: number): Token {
    FLOAT.lastIndex = start
    const float = this.str[start - 1] === '.' ? null : FLOAT.exec(this.str)
    if (float) return this.take('float', float[0].replaceAll('_', ''), start + float[0].length)
    INTEGER.lastIndex = start
    const digits = INTEGER.exec(this.str)?.[0] ?? ''
    return this.take('integer', digits.replaceAll('_', ''), start + digits.length)
  }

  private unicodeName(start: number): Token | null {
    UNICODE_NAME.lastIndex = start
    const word = UNICODE_NAME.exec(this.str)?.[0]
    if (word === undefined) return null
    if (!IDENTIFIER.test(word)) this.fail('Invalid character in identifier')
    return this.take('name', word, start + word.length)
  }

  private operator(start: number, char: string): Token {
    OPERATOR.lastIndex = start
    const text = OPERATOR.exec(this.str)?.[0] as keyof typeof OPERATORS | undefined
    if (text === undefined) {
      const shown = String.fromCodePoint(this.str.codePointAt(start) ?? 0)
      const quoted = shown === "'" ? '"\'"' : `'${shown === '\\' ? '\\\\' : shown}'`
      this.fail(`unexpected char ${quoted} at ${[...this.str.slice(0, start)].length}`)
    }
    const closer = CLOSERS[char]
    if (closer) this.brackets.push(closer)
    else if (char === '}' || char === ')' || char === ']') {
      const expected = this.brackets.pop()
      if (expected === undefined) this.fail(`unexpected '${char}'`)
      if (expected !== char) this.fail(`unexpected '${char}', expected '${expected}'`)
    }
    return this.take(OPERATORS[text], text, start + text.length)
  }

  /** From behind `{% raw %}` to behind `{% endraw %}`; the text between as data, or null when it is empty. */
  private rawBlock(from: number): Token | null {
    this.moveTo(from)
    RAW_END.lastIndex = from
    const end = RAW_END.exec(this.str)
    if (!end) {
      if (from < this.len) this.fail('Missing end of raw directive')
      return null
    }
    const text = this.str.slice(from, end.index)
    const data = end[1] === '-' ? text.replace(TRAILING_SPACES, '') : text
    const token = data === '' ? null : this.make('data', data, end.index)
    this.moveTo(end.index + end[0].length)
    return token
  }

  private skipComment(from: number): void {
    const close = this.str.indexOf('#}', from)
    if (close < 0) {
      this.moveTo(from)
      if (from < this.len) this.fail('Missing end of comment tag')
      return
    }
    let end = close + 2
    if (close > from && this.str[close - 1] === '-') {
      SPACES.lastIndex = end
      end += SPACES.exec(this.str)?.[0].length ?? 0
    }
    this.moveTo(end)
  }

  private make(type: TokenType, value: string, end: number): Token {
    return { type, value, lineno: this.lineno, colno: this.colno, start: this.index, end }
  }

  private take(type: TokenType, value: string, end: number): Token {
    const token = this.make(type, value, end)
    this.moveTo(end)
    return token
  }

  private moveTo(end: number): void {
    if (this.newlineAt < this.index) this.newlineAt = this.newlineFrom(this.index)
    if (this.newlineAt >= end) {
      this.colno += end - this.index
    } else {
      let lineStart = this.index
      while (this.newlineAt < end) {
        this.lineno++
        lineStart = this.newlineAt + 1
        this.newlineAt = this.newlineFrom(lineStart)
      }
      this.colno = end - lineStart
    }
    this.index = end
  }

  private newlineFrom(from: number): number {
    const at = this.str.indexOf('\n', from)
    return at < 0 ? this.len : at
  }

  private fail(message: string): never {
    throw templateError(message, this.lineno + 1, this.colno + 1)
  }
}

/** Offset of the next `{{`, `{%` or `{#`, or -1. */
function nextTag(text: string, from: number): number {
  let at = text.indexOf('{', from)
  while (at >= 0) {
    const next = text.charCodeAt(at + 1)
    if (next === 0x7b || next === 0x25 || next === 0x23) return at
    at = text.indexOf('{', at + 1)
  }
  return -1
}
