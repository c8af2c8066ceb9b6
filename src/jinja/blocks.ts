import { type SourceLocation, TdbtError } from '../core/index.ts'

export interface Block {
  /** The tag's name, or `__dbt__data` for the text between blocks. */
  readonly kind: string
  /** The word behind the tag's name; '' where there is none. */
  readonly name: string
  readonly fullBlock: string
  readonly contents: string
  /** Offset at which fullBlock begins. */
  readonly start: number
  /** Lines, from 1, in which fullBlock and contents begin. */
  readonly line: number
  readonly contentsLine: number
}

export interface BlockOptions {
  readonly file: string
  /** Tags whose blocks are wanted. */
  readonly kinds: readonly string[]
  /** Whether the text between blocks comes too, default false. */
  readonly collectRawData?: boolean
}

interface Tag {
  readonly type: string
  readonly name: string
  readonly start: number
  readonly end: number
}

const NAME = '[A-Za-z_][A-Za-z_0-9]*'
const TAG_START = new RegExp(`(?:\\s*\\{%-|\\{%)\\s*(${NAME})(?:\\s+(${NAME}))?`, 'g')
const COMMENT_START = /\s*\{#/g
const COMMENT_END = /#\}/g
const EXPRESSION_START = /\{\{\s*/g
const EXPRESSION_END = /\s*\}\}/g
const RAW_BLOCK = /(?:\s*\{%-|\{%)\s*raw\s*(?:-%\}\s*|%\}).*?(?:\s*\{%-|\{%)\s*endraw\s*(?:-%\}\s*|%\})/gs
const TAG_CLOSE = /-%\}\s*|%\}/g
const QUOTE = /['"]/g
const STRING = /'[^'\\]*(?:\\.[^'\\]*)*'|"[^"\\]*(?:\\.[^"\\]*)*"/gs
const OPENS: Readonly<Record<string, string>> = { if: 'endif', for: 'endfor' }
const CLOSES: Readonly<Record<string, string>> = { endif: 'if', endfor: 'for' }

/**
 * The top-level blocks of a file, by the rules of dbt's block lexer: tags, comments, expressions, strings and raw blocks are known,
 * nothing else is; blocks may not nest and may not stand inside `if` and `for`. Throws T2001.
 */
export function extractBlocks(source: string, options: BlockOptions): readonly Block[] {
  return new BlockReader(source, options).read()
}

class BlockReader {
  private readonly text: string
  private readonly options: BlockOptions
  private at = 0
  /** By pattern, the last match found at or behind where it was searched from: searches never go back. */
  private readonly matches = new Map<RegExp, { from: number; match: RegExpExecArray | null }>()

  constructor(text: string, options: BlockOptions) {
    this.text = text
    this.options = options
  }

  read(): Block[] {
    const blocks: Block[] = []
    const control: string[] = []
    const { kinds, collectRawData } = this.options
    let open: Tag | null = null
    let dataFrom = 0
    for (let tag = this.nextTag(); tag; tag = this.nextTag()) {
      this.followControl(tag, control)
      if (kinds.includes(tag.type)) {
        if (control.length > 0) {
          this.fail(
            `Got a block definition inside control flow at ${this.position(tag.start)}. All dbt block definitions must be at the top level`,
            tag.start,
          )
        }
        if (open) {
          const outer = `{% ${open.type} ${open.name} %}`
          this.fail(`Got nested tags: ${tag.type} (started at ${this.position(tag.start)}) inside ${outer}`, tag.start)
        }
        if (collectRawData && tag.start > dataFrom) blocks.push(this.data(dataFrom, tag.start))
        open = tag
      } else if (open && tag.type === `end${open.type}`) {
        dataFrom = tag.end
        blocks.push({
          kind: open.type,
          name: open.name,
          contents: this.text.slice(open.end, tag.start),
          fullBlock: this.text.slice(open.start, tag.end),
          start: open.start,
          line: this.lineOf(open.start),
          contentsLine: this.lineOf(open.end),
        })
        open = null
      }
    }
    if (open) {
      this.fail(
        `Reached EOF without finding a close tag for ${open.type} (searched from line ${this.lineOf(open.end)})`,
        open.start,
      )
    }
    if (collectRawData && dataFrom < this.text.length) blocks.push(this.data(dataFrom, this.text.length))
    return blocks
  }

  private followControl(tag: Tag, control: string[]): void {
    if (OPENS[tag.type]) control.push(tag.type)
    const opener = CLOSES[tag.type]
    if (!opener) return
    const innermost = control.pop()
    if (innermost === undefined) {
      this.fail(
        `Got an unexpected control flow end tag, got ${tag.type} but never saw a preceeding ${opener} (@ ${this.position(tag.start)})`,
        tag.start,
      )
    }
    const expected = OPENS[innermost]
    if (expected !== tag.type) {
      this.fail(
        `Got an unexpected control flow end tag, got ${tag.type} but expected ${expected} next (@ ${this.position(tag.start)})`,
        tag.start,
      )
    }
  }

  private nextTag(): Tag | null {
    for (;;) {
      const tag = this.search(TAG_START)
      const comment = this.search(COMMENT_START)
      const print = this.search(EXPRESSION_START)
      const found = [tag, comment, print].filter((match) => match !== null)
      // The match that ends first wins, as dbt has it.
      const first = found.reduce<RegExpExecArray | null>((a, b) => (a && endOf(a) <= endOf(b) ? a : b), null)
      if (!first) return null
      if (first === tag) return this.readTag(first)
      this.at = endOf(first)
      if (first === comment) this.at = endOf(this.require('#}', COMMENT_END))
      else this.skipExpression()
    }
  }

  private readTag(match: RegExpExecArray): Tag {
    const start = match.index
    const type = match[1] ?? ''
    if (type === 'raw') {
      this.at = start
      this.at = endOf(this.require('{% raw %}...{% endraw %}', RAW_BLOCK))
    } else {
      this.at = endOf(match)
      this.skipTo('tag close ("%}")', TAG_CLOSE)
    }
    return { type, name: match[2] ?? '', start, end: this.at }
  }

  private skipExpression(): void {
    this.skipTo('}}', EXPRESSION_END)
  }

  /** Moves behind the next match of `close` outside strings. */
  private skipTo(shown: string, close: RegExp): void {
    for (;;) {
      const end = this.require(shown, close, QUOTE)
      const quoted = end[0] === "'" || end[0] === '"'
      if (!quoted) {
        this.at = endOf(end)
        return
      }
      this.at = end.index
      this.at = endOf(this.require('string', STRING))
    }
  }

  /** The match that ends first; T2001 when there is none. */
  private require(shown: string, ...patterns: readonly RegExp[]): RegExpExecArray {
    let first: RegExpExecArray | null = null
    for (const pattern of patterns) {
      const match = this.search(pattern)
      if (match && (!first || endOf(match) < endOf(first))) first = match
    }
    if (!first) this.fail(`unexpected EOF, expected ${shown}, got "${this.text.slice(this.at)}"`, this.at)
    return first
  }

  private search(pattern: RegExp): RegExpExecArray | null {
    const known = this.matches.get(pattern)
    if (known && known.from <= this.at && (!known.match || known.match.index >= this.at)) return known.match
    pattern.lastIndex = this.at
    const match = pattern.exec(this.text)
    this.matches.set(pattern, { from: this.at, match })
    return match
  }

  private data(from: number, to: number): Block {
    const contents = this.text.slice(from, to)
    const line = this.lineOf(from)
    return { kind: '__dbt__data', name: '', contents, fullBlock: contents, start: from, line, contentsLine: line }
  }

  private lineOf(offset: number): number {
    return this.place(offset).line
  }

  private position(offset: number): string {
    const { line, column } = this.place(offset)
    return `${line}:${column - 1}`
  }

  private place(offset: number): SourceLocation {
    const before = this.text.slice(0, offset)
    const line = before.split('\n').length
    return { file: this.options.file, line, column: offset - before.lastIndexOf('\n') }
  }

  private fail(message: string, offset: number): never {
    throw new TdbtError('T2001', message, { location: this.place(offset), source: this.text })
  }
}

function endOf(match: RegExpExecArray): number {
  return match.index + match[0].length
}
