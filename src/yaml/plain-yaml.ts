import type { YamlPath, YamlWords } from './read-yaml.ts'

/** A text read by `readPlainYaml`. */
export interface PlainYaml {
  readonly value: unknown
  /** Offset of the key (or list item) at the path, or of its nearest parent that exists. */
  offsetOf(path: YamlPath): number
}

/**
 * Reads the YAML that most properties files are written in: block mappings and lists, short flow lists and mappings, scalars on one
 * line, `|` and `>` texts. undefined for everything else, errors among it: then a whole YAML parser is to be asked. What it does
 * read it reads as that one would, in a fraction of the time.
 */
export function readPlainYaml(source: string, words: YamlWords): PlainYaml | undefined {
  if (UNUSUAL.test(source)) return undefined
  const reader = new PlainReader(source, words)
  try {
    const value = reader.document()
    return { value, offsetOf: (path) => offsetOf(value, reader.offsets, path) }
  } catch (thrown) {
    if (thrown === NOT_PLAIN) return undefined
    throw thrown
  }
}

const NOT_PLAIN = Symbol('not plain YAML')
// Tabs, carriage returns, control characters, Unicode's own line ends, a byte order mark.
const UNUSUAL = /[^\P{Cc}\n]|[\u2028\u2029\ufeff]/u
const KEY = /([A-Za-z_+][\w+.-]*) *:(?= |\n|$)/y
const DOUBLE_QUOTED = /"([^"\\\n]*)"/y
const SINGLE_QUOTED = /'((?:[^'\n]|'')*)'/y
const FLOW_KEY = /([A-Za-z_][\w-]*) *: +/y
const FLOW_PLAIN = /(?:[A-Za-z0-9_./$()<=~]|-[\w.])[^,[\]{}:#'"\n&*!|>%@`]*/y
const BLOCK_HEADER = /[|>]([+-]?) *(?=\n)/y

const SPACE = 0x20
const NEWLINE = 0x0a
const HASH = 0x23
const DASH = 0x2d

class PlainReader {
  /** Of each mapping the offsets of its keys, of each list those of its items. */
  readonly offsets = new Map<object, number[]>()
  private readonly source: string
  private readonly words: YamlWords
  private readonly plains = new Map<string, unknown>()
  /** The line at hand: offset of its first character that is no space, its column, offset behind its last. */
  private at = 0
  private indent = -1
  private end = -1
  private done = false

  constructor(source: string, words: YamlWords) {
    this.source = source
    this.words = words
  }

  document(): unknown {
    if (this.source.startsWith('---\n')) this.end = 3
    this.nextLine()
    if (this.done || this.indent !== 0 || this.isDash()) throw NOT_PLAIN
    const value = this.mapping(0)
    if (!this.done) throw NOT_PLAIN
    return value
  }

  /** Goes to the next line that holds more than spaces and a comment. */
  private nextLine(): void {
    const { source } = this
    let start = this.end + 1
    for (;;) {
      if (start >= source.length) {
        this.done = true
        this.indent = -1
        return
      }
      let at = start
      while (source.charCodeAt(at) === SPACE) at++
      const code = source.charCodeAt(at)
      if (at < source.length && code !== NEWLINE && code !== HASH) {
        this.at = at
        this.indent = at - start
        this.end = lineEnd(source, at)
        return
      }
      start = lineEnd(source, at) + 1
    }
  }

  private isDash(): boolean {
    if (this.source.charCodeAt(this.at) !== DASH) return false
    const next = this.at + 1
    return next >= this.end || this.source.charCodeAt(next) === SPACE
  }

  private block(): unknown {
    return this.isDash() ? this.sequence(this.indent) : this.mapping(this.indent)
  }

  private mapping(column: number): Record<string, unknown> {
    const out: Record<string, unknown> = {}
    const offsets: number[] = []
    this.offsets.set(out, offsets)
    while (this.indent === column && !this.isDash()) {
      const offset = this.at
      const written = this.match(KEY, offset)
      const key = this.words.key(this.plain(written), written)
      if (key in out) throw NOT_PLAIN
      offsets.push(offset)
      out[key] = this.value(KEY.lastIndex, column, false)
    }
    if (this.indent > column) throw NOT_PLAIN
    return out
  }

  private sequence(column: number): unknown[] {
    const out: unknown[] = []
    const offsets: number[] = []
    this.offsets.set(out, offsets)
    while (this.indent === column && this.isDash()) {
      const offset = this.skipSpaces(this.at + 1)
      if (offset >= this.end) throw NOT_PLAIN
      offsets.push(offset)
      KEY.lastIndex = offset
      const nested = this.source.charCodeAt(offset) === DASH && this.source.charCodeAt(offset + 1) === SPACE
      if (nested || KEY.test(this.source)) {
        // What follows the dash is a block of its own, as if it stood on a line of its own.
        this.indent = column + offset - this.at
        this.at = offset
        out.push(this.block())
      } else out.push(this.value(this.at + 1, column, true))
    }
    if (this.indent > column) throw NOT_PLAIN
    return out
  }

  /** The value behind a key or a dash in a block that stands at `column`. */
  private value(from: number, column: number, isItem: boolean): unknown {
    const { source } = this
    const at = this.skipSpaces(from)
    const code = source.charCodeAt(at)
    if (at >= this.end || code === HASH) {
      this.nextLine()
      if (this.indent > column) return this.block()
      return !isItem && this.indent === column && this.isDash() ? this.sequence(column) : null
    }
    if (code === 0x7c || code === 0x3e) return this.text(at, column)
    const value = this.inline(at)
    this.nextLine()
    // A scalar that goes on, or a block where none can be.
    if (this.indent > column) throw NOT_PLAIN
    return value
  }

  /** A value that begins and ends on the line at hand. */
  private inline(at: number): unknown {
    const { source, end } = this
    switch (source.charAt(at)) {
      case '"': {
        const text = this.match(DOUBLE_QUOTED, at)
        this.endOfLine(DOUBLE_QUOTED.lastIndex)
        return text
      }
      case "'": {
        const text = this.match(SINGLE_QUOTED, at)
        this.endOfLine(SINGLE_QUOTED.lastIndex)
        return text.includes("'") ? text.replaceAll("''", "'") : text
      }
      case '[':
      case '{': {
        const [value, after] = this.flow(at)
        this.endOfLine(after)
        return value
      }
      case '&':
      case '*':
      case '!':
      case '%':
      case '@':
      case '`':
      case '?':
      case ':':
      case ',':
      case ']':
      case '}':
        throw NOT_PLAIN
    }
    const rest = source.slice(at, end)
    const comment = rest.indexOf(' #')
    const text = (comment < 0 ? rest : rest.slice(0, comment)).replace(/ +$/, '')
    if (text.includes(':') && (text.includes(': ') || text.endsWith(':'))) throw NOT_PLAIN
    if (text === '-' || text.startsWith('- ')) throw NOT_PLAIN
    return this.plain(text)
  }

  /** A flow list or mapping, and the offset behind it. */
  private flow(at: number): readonly [value: unknown, after: number] {
    const { source } = this
    const opener = source.charAt(at)
    if (opener === '"') return [this.match(DOUBLE_QUOTED, at), DOUBLE_QUOTED.lastIndex]
    if (opener === "'") return [this.match(SINGLE_QUOTED, at).replaceAll("''", "'"), SINGLE_QUOTED.lastIndex]
    if (opener !== '[' && opener !== '{') {
      const text = this.match(FLOW_PLAIN, at)
      return [this.plain(text.replace(/ +$/, '')), FLOW_PLAIN.lastIndex]
    }
    const list: unknown[] = []
    const map: Record<string, unknown> = {}
    const isList = opener === '['
    const offsets: number[] = []
    this.offsets.set(isList ? list : map, offsets)
    let next = this.skipSpaces(at + 1)
    if (source.charAt(next) === (isList ? ']' : '}')) return [isList ? list : map, next + 1]
    for (;;) {
      offsets.push(next)
      let written = ''
      if (!isList) {
        written = this.match(FLOW_KEY, next)
        next = FLOW_KEY.lastIndex
      }
      const [value, after] = this.flow(next)
      if (isList) list.push(value)
      else {
        const key = this.words.key(this.plain(written), written)
        if (key in map) throw NOT_PLAIN
        map[key] = value
      }
      next = this.skipSpaces(after)
      const separator = source.charAt(next)
      if (separator === (isList ? ']' : '}')) return [isList ? list : map, next + 1]
      if (separator !== ',') throw NOT_PLAIN
      next = this.skipSpaces(next + 1)
    }
  }

  /** A `|` or `>` text. */
  private text(at: number, column: number): string {
    const { source } = this
    BLOCK_HEADER.lastIndex = at
    const chomping = BLOCK_HEADER.exec(source)?.[1]
    if (chomping === undefined) throw NOT_PLAIN
    const folded = source.charAt(at) === '>'
    const lines: string[] = []
    let start = this.end + 1
    let indent = -1
    for (;;) {
      // How a text ends that ends with the file is for the whole parser to say.
      if (start >= source.length) throw NOT_PLAIN
      let first = start
      while (source.charCodeAt(first) === SPACE) first++
      const end = lineEnd(source, first)
      const blank = first >= end
      if (!blank && first - start <= column) break
      if (!blank && indent < 0) indent = first - start
      if (blank ? first - start > Math.max(indent, 0) : first - start < indent) throw NOT_PLAIN
      if (!blank && folded && first - start > indent) throw NOT_PLAIN
      lines.push(blank ? '' : source.slice(start + indent, end))
      this.end = end
      start = end + 1
    }
    if (indent < 0) throw NOT_PLAIN
    this.nextLine()
    let last = lines.length
    while (last > 0 && lines[last - 1] === '') last--
    const body = folded ? fold(lines.slice(0, last)) : lines.slice(0, last).join('\n')
    if (chomping === '-') return body
    return body + (chomping === '+' ? '\n'.repeat(lines.length - last + 1) : '\n')
  }

  private plain(text: string): unknown {
    let value = this.plains.get(text)
    if (value === undefined) {
      value = this.words.scalar(text)
      this.plains.set(text, value)
    }
    return value
  }

  /** The first group of a pattern that must match at the offset. */
  private match(pattern: RegExp, at: number): string {
    pattern.lastIndex = at
    const found = pattern.exec(this.source)
    if (!found) throw NOT_PLAIN
    return found[1] ?? found[0]
  }

  private skipSpaces(from: number): number {
    let at = from
    while (this.source.charCodeAt(at) === SPACE) at++
    return at
  }

  private endOfLine(from: number): void {
    const at = this.skipSpaces(from)
    const isComment = at > from && this.source.charCodeAt(at) === HASH
    if (at < this.end && !isComment) throw NOT_PLAIN
  }
}

function lineEnd(source: string, from: number): number {
  const at = source.indexOf('\n', from)
  return at < 0 ? source.length : at
}

/** Lines of a `>` text: one break is a space, more are one fewer. */
function fold(lines: readonly string[]): string {
  let out = ''
  let breaks = 0
  for (const line of lines) {
    if (line === '') {
      breaks++
      continue
    }
    if (out !== '') out += breaks === 0 ? ' ' : '\n'.repeat(breaks)
    else out = '\n'.repeat(breaks)
    out += line
    breaks = 0
  }
  return out
}

function offsetOf(root: unknown, offsets: ReadonlyMap<object, readonly number[]>, path: YamlPath): number {
  let value = root
  let offset = offsets.get(root as object)?.[0] ?? 0
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return offset
    const index = Array.isArray(value) ? Number(step) : Object.keys(value).indexOf(String(step))
    const found = offsets.get(value)?.[index]
    if (found === undefined) return offset
    offset = found
    value = (value as Record<string | number, unknown>)[step]
  }
  return offset
}
