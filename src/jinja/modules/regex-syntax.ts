import { raise } from '../runtime/errors.ts'

/** Bits of Python's re flags. */
export const RE_FLAGS = { I: 2, L: 4, M: 8, S: 16, U: 32, X: 64, A: 256 } as const

export interface JsPattern {
  readonly source: string
  readonly flags: string
  /** Python's flags, those written inside the pattern included. */
  readonly pythonFlags: number
}

const SYNTAX = /[\^$\\.*+?()[\]{}|/]/
const LETTER_FLAGS: Readonly<Record<string, number>> = { i: 2, L: 4, m: 8, s: 16, u: 32, x: 64, a: 256 }

/**
 * A Python regular expression as a JavaScript one with the flags `u` and `d`. Raises re.error for what has no counterpart
 * (conditionals, flags for a part of a pattern, possessive quantifiers).
 */
export function translatePattern(pattern: string, flags: number): JsPattern {
  let all = flags
  let body = pattern
  // Several groups of flags may stand at the head; in verbose patterns blanks and comments before and between them count as nothing.
  for (;;) {
    const verbose = (all & RE_FLAGS.X) !== 0
    const head = (verbose ? /^(?:\s|#.*)*\(\?([aiLmsux]+)\)/ : /^\(\?([aiLmsux]+)\)/).exec(body)
    if (head === null) break
    for (const letter of head[1] ?? '') all |= LETTER_FLAGS[letter] ?? 0
    body = body.slice(head[0].length)
  }
  const source = new PatternReader(body, all).read()
  const js = `du${all & RE_FLAGS.I ? 'i' : ''}${all & RE_FLAGS.S ? 's' : ''}`
  return { source, flags: js, pythonFlags: all | (all & RE_FLAGS.A ? 0 : RE_FLAGS.U) }
}

class PatternReader {
  private at = 0
  private readonly ascii: boolean

  constructor(
    private readonly pattern: string,
    private readonly flags: number,
  ) {
    this.ascii = (flags & RE_FLAGS.A) !== 0
  }

  read(): string {
    let out = ''
    while (this.at < this.pattern.length) out += this.next()
    return out
  }

  private next(): string {
    const char = String.fromCodePoint(this.pattern.codePointAt(this.at) ?? 0)
    this.at += char.length
    switch (char) {
      case '\\':
        return this.escape(false)
      case '[':
        return this.characterClass()
      case '(':
        return this.group()
      case '^':
        return this.flags & RE_FLAGS.M ? '(?<=\\n|(?<![\\s\\S]))' : '(?<![\\s\\S])'
      case '$':
        return this.flags & RE_FLAGS.M ? '(?=\\n|(?![\\s\\S]))' : '(?=\\n?(?![\\s\\S]))'
      case '.':
        return this.flags & RE_FLAGS.S ? '.' : '[^\\n]'
      case '*':
      case '+':
      case '?':
        return this.quantifier(char)
      case '{': {
        const counted = /^(\d*)(,?)(\d*)\}/.exec(this.pattern.slice(this.at))
        if (!counted || (counted[1] === '' && counted[3] === '')) return '\\{'
        this.at += counted[0].length
        return this.quantifier(`{${counted[1] || '0'}${counted[2]}${counted[3]}}`)
      }
      case ']':
      case '}':
        return `\\${char}`
      default:
        if (this.flags & RE_FLAGS.X) {
          if (/\s/.test(char)) return ''
          if (char === '#') {
            const end = this.pattern.indexOf('\n', this.at)
            this.at = end < 0 ? this.pattern.length : end + 1
            return ''
          }
        }
        return char === '/' ? '\\/' : char
    }
  }

  private quantifier(text: string): string {
    const after = this.pattern[this.at]
    if (after === '+') raise('error', 'possessive quantifiers are not supported')
    if (after === '?') {
      this.at++
      return `${text}?`
    }
    return text
  }

  private group(): string {
    const rest = this.pattern.slice(this.at)
    const take = (length: number): void => {
      this.at += length
    }
    const named = /^\?P<(\w+)>/.exec(rest)
    if (named) {
      take(named[0].length)
      return `(?<${named[1]}>`
    }
    const back = /^\?P=(\w+)\)/.exec(rest)
    if (back) {
      take(back[0].length)
      return `\\k<${back[1]}>`
    }
    if (rest.startsWith('?#')) {
      const end = rest.indexOf(')')
      take(end < 0 ? rest.length : end + 1)
      return ''
    }
    const plain = /^\?(?::|=|!|<=|<!)/.exec(rest)
    if (plain) {
      take(plain[0].length)
      return `(${plain[0]}`
    }
    const flagged = /^\?([aiLmsux]*)(?:-([imsx]+))?([:)])/.exec(rest)
    if (flagged) {
      if (flagged[3] === ')')
        raise('error', `global flags not at the start of the expression at position ${this.at - 1}`)
      raise('error', 'flags for a part of a pattern are not supported: write them for the whole, as in (?i)…')
    }
    if (rest.startsWith('?')) raise('error', `unknown extension ?${rest[1] ?? ''}`)
    return '('
  }

  private escape(inClass: boolean): string {
    const char = this.pattern[this.at]
    if (char === undefined) raise('error', 'bad escape (end of pattern)')
    this.at++
    switch (char) {
      case 'A':
        return inClass ? raise('error', 'bad escape \\A') : '(?<![\\s\\S])'
      case 'Z':
        return inClass ? raise('error', 'bad escape \\Z') : '(?![\\s\\S])'
      case 'd':
        return this.ascii ? '\\d' : '\\p{Nd}'
      case 'D':
        return this.ascii ? '\\D' : '\\P{Nd}'
      case 'w':
        return this.ascii ? '\\w' : inClass ? '\\p{L}\\p{N}_' : '[\\p{L}\\p{N}_]'
      case 'W':
        return this.ascii ? '\\W' : inClass ? '\\W' : '[^\\p{L}\\p{N}_]'
      case 's':
      case 'S':
      case 'n':
      case 'r':
      case 't':
      case 'f':
      case 'v':
        return `\\${char}`
      case 'b':
        return inClass ? '\\x08' : '\\b'
      case 'B':
        return '\\B'
      case 'a':
        return '\\x07'
      case '0':
        return '\\x00'
      case 'x':
      case 'u':
      case 'U': {
        const width = char === 'x' ? 2 : char === 'u' ? 4 : 8
        const digits = this.pattern.slice(this.at, this.at + width)
        if (!new RegExp(`^[0-9a-fA-F]{${width}}$`).test(digits)) raise('error', `incomplete escape \\${char}${digits}`)
        this.at += width
        return `\\u{${digits}}`
      }
      default:
        if (/[1-9]/.test(char) && !inClass) {
          const digits = /^\d?/.exec(this.pattern.slice(this.at))?.[0] ?? ''
          this.at += digits.length
          return `(?:\\${char}${digits})`
        }
        if (/[a-zA-Z]/.test(char)) raise('error', `bad escape \\${char}`)
        if (char === '-') return inClass ? '\\-' : '-'
        return SYNTAX.test(char) ? `\\${char}` : char
    }
  }

  private characterClass(): string {
    let out = '['
    if (this.pattern[this.at] === '^') {
      out += '^'
      this.at++
    }
    for (let first = true; ; first = false) {
      const char = this.pattern[this.at]
      if (char === undefined) raise('error', 'unterminated character set')
      this.at++
      if (char === ']' && !first) return `${out}]`
      if (char === '\\') out += this.escape(true)
      else out += char === ']' || char === '[' || char === '^' ? `\\${char}` : char
    }
  }
}
