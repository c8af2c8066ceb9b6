import { codePoints } from '../runtime/text.ts'

/** any: plain where it may be, else quoted. */
export type Style = 'plain' | 'any' | 'literal'

const WIDTH = 80
const BREAKS = '\n\x85\u2028\u2029'
const ESCAPES: Readonly<Record<string, string>> = {
  '\0': '0',
  '\x07': 'a',
  '\b': 'b',
  '\t': 't',
  '\n': 'n',
  '\v': 'v',
  '\f': 'f',
  '\r': 'r',
  '\x1b': 'e',
  '"': '"',
  '\\': '\\',
  '\x85': 'N',
  '\xa0': '_',
  '\u2028': 'L',
  '\u2029': 'P',
}

interface Analysis {
  readonly multiline: boolean
  readonly blockPlain: boolean
  readonly singleQuoted: boolean
}

/** Writes YAML as PyYAML's emitter does: where lines break, what is quoted and how, what is escaped. */
export class YamlWriter {
  text = ''
  /** Whether the last scalar was plain, so that a document end must follow it at the root. */
  endedPlain = false
  private column = 0
  /** Just after an indicator that took its space along. */
  private afterSpace = true
  /** Nothing but indentation and indicators on this line yet. */
  private onlyIndent = true

  raw(text: string): void {
    this.text += text
  }

  /** True right after `-`, `?` or the `:` of a complex key, where a collection starts on the same line. */
  get atItemStart(): boolean {
    return this.onlyIndent && this.text !== ''
  }

  private put(text: string): void {
    this.text += text
    this.column += codePoints(text).length
  }

  private lineBreak(mark = '\n'): void {
    this.text += mark
    this.column = 0
    this.afterSpace = true
    this.onlyIndent = true
  }

  /** Ends the line unless the place is already right, and indents. */
  newLine(indent: number): void {
    if (!this.onlyIndent || this.column > indent || (this.column === indent && !this.afterSpace)) this.lineBreak()
    if (this.column < indent) {
      this.afterSpace = true
      this.put(' '.repeat(indent - this.column))
    }
  }

  /** A mark, with a space before it if one is needed. `opens`: a collection may follow on the same line. */
  indicator(mark: string, needsSpace: boolean, opens = false): void {
    this.put(this.afterSpace || !needsSpace ? mark : ` ${mark}`)
    this.afterSpace = false
    this.onlyIndent = this.onlyIndent && opens
    this.endedPlain = false
  }

  /** `plainReads`: unquoted, the text would read back as the same value. */
  scalar(text: string, style: Style, indent: number, asKey: boolean, plainReads: boolean): void {
    const analysis = analyse(text)
    this.endedPlain = false
    const fits = !(asKey && (text === '' || analysis.multiline))
    if (style === 'literal') this.literal(text, indent)
    else if (plainReads && fits && analysis.blockPlain) this.plain(text, indent, !asKey)
    else if (analysis.singleQuoted && !(asKey && analysis.multiline)) this.single(text, indent, !asKey)
    else this.double(text, indent, !asKey)
  }

  private plain(text: string, indent: number, split: boolean): void {
    this.endedPlain = true
    if (text === '') return
    if (!this.afterSpace) this.put(' ')
    this.afterSpace = false
    this.onlyIndent = false
    for (const [index, part] of text.split(/( +)/).entries()) {
      if (index % 2 === 0) this.put(part)
      else if (part.length === 1 && this.column > WIDTH && split) {
        this.newLine(indent)
        this.afterSpace = false
        this.onlyIndent = false
      } else this.put(part)
    }
  }

  private single(text: string, indent: number, split: boolean): void {
    this.indicator("'", true)
    const parts = text.split(/( +|[\n\x85\u2028\u2029]+)/)
    let at = 0
    for (const [index, part] of parts.entries()) {
      const end = at + part.length
      if (index % 2 === 0) {
        this.put(part.replaceAll("'", "''"))
        if (part !== '') this.settle()
      } else if (part.startsWith(' ')) {
        if (part.length === 1 && this.column > WIDTH && split && at !== 0 && end !== text.length) this.newLine(indent)
        else this.put(part)
      } else {
        if (part.startsWith('\n')) this.lineBreak()
        for (const mark of part) this.lineBreak(mark)
        this.newLine(indent)
      }
      at = end
    }
    this.indicator("'", false)
  }

  private settle(): void {
    this.afterSpace = false
    this.onlyIndent = false
  }

  private double(text: string, indent: number, split: boolean): void {
    this.indicator('"', true)
    const characters = codePoints(text)
    let start = 0
    for (let end = 0; end <= characters.length; end++) {
      const character = characters[end]
      if (character === undefined || !/^[ !#-[\]-~]$/.test(character)) {
        if (start < end) this.put(characters.slice(start, end).join(''))
        start = end
        if (character !== undefined) {
          this.put(escaped(character))
          start = end + 1
        }
      }
      const pending = Math.max(0, end - start)
      const mayBreak = end > 0 && end < characters.length - 1 && (character === ' ' || start >= end)
      if (mayBreak && this.column + (end - start) > WIDTH && split) {
        this.put(`${characters.slice(start, start + pending).join('')}\\`)
        if (start < end) start = end
        this.newLine(indent)
        this.settle()
        if (characters[start] === ' ') this.put('\\')
      }
    }
    this.indicator('"', false)
  }

  private literal(text: string, indent: number): void {
    this.indicator('|', true)
    for (const line of text.replace(/\n$/, '').split('\n')) {
      this.lineBreak()
      this.put(' '.repeat(indent) + line)
    }
    this.settle()
  }
}

function escaped(character: string): string {
  const short = ESCAPES[character]
  if (short !== undefined) return `\\${short}`
  const code = character.codePointAt(0) ?? 0
  const hex = code.toString(16).toUpperCase()
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`
}

/** Which styles a text may take. */
function analyse(text: string): Analysis {
  if (text === '') return { multiline: false, blockPlain: true, singleQuoted: true }
  const multiline = [...BREAKS].some((mark) => text.includes(mark))
  const breaksWithSpace = /[\n\x85\u2028\u2029] | [\n\x85\u2028\u2029]/
  const special = /[^\n -~]/.test(text) || / [\n\x85\u2028\u2029]/.test(text)
  const edges = /^[ \n\x85\u2028\u2029]|[ \n\x85\u2028\u2029]$/.test(text)
  const blank = '(?=[\\0 \\t\\r\\n\\x85\\u2028\\u2029]|$)'
  const marks = new RegExp(
    `^---|^\\.\\.\\.|^[#,[\\]{}&*!|>'"%@\`]|^[-?:]${blank}|:${blank}|[\\0 \\t\\r\\n\\x85\\u2028\\u2029]#`,
  ).test(text)
  return {
    multiline,
    blockPlain: !edges && !multiline && !special && !marks && !breaksWithSpace.test(text),
    singleQuoted: !special,
  }
}
