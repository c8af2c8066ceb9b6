import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument } from 'yaml'
import { type SourceLocation, TdbtError } from '../core/index.ts'
import { readPlainYaml } from './plain-yaml.ts'

/** A key or an index on the way from the top of a YAML file to a value. */
export type YamlPath = readonly (string | number)[]

/** What the words of a YAML text mean: readers differ in it. */
export interface YamlWords {
  /** The value of a scalar without quotes. */
  scalar(text: string): unknown
  /** The key of a mapping that a value stands for; `text` is the key as written. */
  key(value: unknown, text: string): string
}

/** A YAML file read, with the places of what is in it. */
export interface YamlFile {
  /** Path for messages. */
  readonly file: string
  readonly source: string
  /** Plain objects, arrays and what the words mean; null for an empty file. */
  readonly value: unknown
  /** One T1015 for each key written twice in a mapping; the last one counts. */
  readonly warnings: readonly TdbtError[]
  /** Place of the key (or list item) at the path, or of its nearest parent that exists. */
  locate(path: YamlPath): SourceLocation
}

/**
 * Reads one YAML document: anchors and merge keys work, a key written twice is a warning. What unquoted words mean is the
 * caller's. Throws T1002 with the place.
 */
export function readYaml(source: string, file: string, words: YamlWords): YamlFile {
  const plain = readPlainYaml(source, words)
  if (plain) {
    const lineStarts = once(() => startsOfLines(source))
    return {
      file,
      source,
      value: plain.value,
      warnings: [],
      locate: (path) => placeAt(file, lineStarts(), plain.offsetOf(path)),
    }
  }
  return readWholeYaml(source, file, words)
}

/** readYaml by the whole parser, whatever the text. */
export function readWholeYaml(source: string, file: string, words: YamlWords): YamlFile {
  const lines = new LineCounter()
  const document = parseDocument(source, {
    schema: 'failsafe',
    version: '1.1',
    merge: false,
    uniqueKeys: false,
    strict: true,
    lineCounter: lines,
    prettyErrors: false,
    keepSourceTokens: false,
  })
  const at = (offset: number): SourceLocation => {
    const { line, col } = lines.linePos(offset)
    return { file, line: Math.max(1, line), column: Math.max(1, col) }
  }
  const error = document.errors[0]
  if (error) {
    throw new TdbtError('T1002', error.message, {
      location: at(error.pos[0]),
      source,
      hint: hintFor(error.code, source),
    })
  }
  const converter = new Converter(document, file, source, at, words)
  const value = converter.convert(document.contents)
  return {
    file,
    source,
    value,
    warnings: converter.warnings,
    locate: (path) => at(offsetOf(document, path)),
  }
}

function once<T>(compute: () => T): () => T {
  let value: { readonly result: T } | undefined
  return () => {
    value ??= { result: compute() }
    return value.result
  }
}

function startsOfLines(source: string): readonly number[] {
  const starts = [0]
  for (let at = source.indexOf('\n'); at >= 0; at = source.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

function placeAt(file: string, starts: readonly number[], offset: number): SourceLocation {
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((starts[middle] ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  return { file, line: low + 1, column: offset - (starts[low] ?? 0) + 1 }
}

function hintFor(code: string, source: string): string | undefined {
  if (code === 'TAB_AS_INDENT') return 'Indent with spaces.'
  if (/^\s*(?:-\s+|[\w-]+:\s+)\{\{/m.test(source)) return 'Put quotes around values that begin with {{ … }}.'
  return undefined
}

class Converter {
  readonly warnings: TdbtError[] = []
  private readonly document: Document
  private readonly file: string
  private readonly source: string
  private readonly at: (offset: number) => SourceLocation
  private readonly words: YamlWords

  constructor(
    document: Document,
    file: string,
    source: string,
    at: (offset: number) => SourceLocation,
    words: YamlWords,
  ) {
    this.document = document
    this.file = file
    this.source = source
    this.at = at
    this.words = words
  }

  convert(node: unknown): unknown {
    if (node === null || node === undefined) return null
    if (isScalar(node)) return this.scalar(node)
    if (isMap(node)) return this.mapping(node.items as Pair[])
    if (isSeq(node)) return node.items.map((item) => this.convert(item))
    if (isAlias(node)) {
      const target = node.resolve(this.document)
      if (!target) throw this.fail(`Unknown anchor '*${node.source}'`, node)
      return this.convert(target)
    }
    return null
  }

  private scalar(node: { value: unknown; type?: string; tag?: string; range?: readonly number[] | null }): unknown {
    let text = typeof node.value === 'string' ? node.value : String(node.value ?? '')
    const isBlock = node.type === 'BLOCK_FOLDED' || node.type === 'BLOCK_LITERAL'
    // A block that ends with the file, and the file without a newline: PyYAML adds none.
    if (isBlock && (node.range?.[1] ?? 0) >= this.source.length && !this.source.endsWith('\n'))
      text = text.replace(/\n$/, '')
    if (node.tag === 'tag:yaml.org,2002:str') return text
    const plain = node.type === undefined || node.type === 'PLAIN'
    if (plain || (node.tag !== undefined && /^tag:yaml\.org,2002:(?:int|float|bool|null)$/.test(node.tag))) {
      return this.words.scalar(text)
    }
    return text
  }

  private mapping(items: readonly Pair[]): Record<string, unknown> {
    const out: Record<string, unknown> = {}
    // PyYAML puts merged keys first, so that the mapping's own keys win and come after.
    for (const pair of items) {
      if (isScalar(pair.key) && pair.key.value === '<<' && pair.key.type === 'PLAIN') {
        const merged = this.convert(pair.value)
        for (const part of Array.isArray(merged) ? [...merged].reverse() : [merged]) Object.assign(out, part)
      }
    }
    const seen = new Set<string>()
    for (const pair of items) {
      const keyNode = pair.key as Node | null
      if (isScalar(keyNode) && keyNode.value === '<<' && keyNode.type === 'PLAIN') continue
      if (keyNode !== null && !isScalar(keyNode) && !isAlias(keyNode)) {
        throw this.fail('A mapping cannot be a key', keyNode, 'Put quotes around values that begin with {{ … }}.')
      }
      const key = this.words.key(this.convert(keyNode), isScalar(keyNode) ? String(keyNode.value ?? '') : '')
      if (seen.has(key)) {
        const location = this.at(keyNode?.range?.[0] ?? 0)
        this.warnings.push(
          new TdbtError('T1015', `Key '${key}' is written twice in one mapping; the last one counts`, {
            location,
            source: this.source,
            hint: `Remove one of the two '${key}' in ${this.file}.`,
          }),
        )
      }
      seen.add(key)
      out[key] = this.convert(pair.value)
    }
    return out
  }

  private fail(message: string, node: Node, hint?: string): TdbtError {
    return new TdbtError('T1002', message, { location: this.at(node.range?.[0] ?? 0), source: this.source, hint })
  }
}

function offsetOf(document: Document, path: YamlPath): number {
  let node: unknown = document.contents
  let offset = rangeStart(node)
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document)
    if (isMap(node)) {
      const pair = (node.items as Pair[]).findLast(
        (item) => isScalar(item.key) && String(item.key.value) === String(step),
      )
      if (!pair) return offset
      offset = rangeStart(pair.key)
      node = pair.value
    } else if (isSeq(node) && typeof step === 'number') {
      const item: unknown = node.items[step]
      if (item === undefined) return offset
      node = item
      offset = rangeStart(node)
    } else return offset
  }
  return offset
}

function rangeStart(node: unknown): number {
  const range = (node as { range?: readonly number[] | null } | null | undefined)?.range
  return range?.[0] ?? 0
}
