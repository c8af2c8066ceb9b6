import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, parseAllDocuments, Scalar, type YAMLMap } from 'yaml'
import { PyBytes } from '../runtime/bytes.ts'
import { dictSet, setAdd } from '../runtime/compare.ts'
import { raise } from '../runtime/errors.ts'
import { isHashable } from '../runtime/hash.ts'
import { typeName } from '../runtime/type-name.ts'
import { PyDict, PySet, PyTuple, type PyValue } from '../runtime/values.ts'
import { scalarTag, scalarValue } from './yaml-scalars.ts'

const STANDARD = 'tag:yaml.org,2002:'

/** Python's yaml.safe_load: YAML 1.1 (`yes` is True, 010 is 8), later keys win. Raises YAMLError for what is not one document. */
export function fromYaml(text: string): PyValue {
  const documents = parseAllDocuments(text, {
    // Every scalar stays text here; scalarTag decides its type, as PyYAML does.
    schema: 'failsafe',
    version: '1.1',
    uniqueKeys: false,
    resolveKnownTags: false,
    logLevel: 'silent',
    strict: true,
  })
  if (!Array.isArray(documents) || documents.length === 0) return null
  if (documents.length > 1) raise('YAMLError', 'expected a single document in the stream')
  const [document] = documents
  const error = document?.errors[0]
  if (error) raise('YAMLError', error.message)
  return new Reader().value(document?.contents ?? null)
}

class Reader {
  private readonly anchors = new Map<string, PyValue>()

  value(node: Node | Pair | null | undefined): PyValue {
    if (node === null || node === undefined) return null
    if (isAlias(node)) {
      const target = this.anchors.get(node.source)
      return target === undefined ? raise('YAMLError', `found undefined alias '${node.source}'`) : target
    }
    if (isScalar(node)) return this.keep(node.anchor, scalarOf(node))
    if (isSeq(node)) return this.sequence(node)
    if (isMap(node)) return this.mapping(node)
    return raise('YAMLError', 'unexpected node')
  }

  private keep<T extends PyValue>(anchor: string | undefined, value: T): T {
    if (anchor !== undefined) this.anchors.set(anchor, value)
    return value
  }

  private sequence(node: {
    readonly anchor?: string
    readonly tag?: string
    readonly items: readonly unknown[]
  }): PyValue {
    const tag = tagOf(node)
    if (tag !== undefined && tag !== 'seq' && tag !== 'omap' && tag !== 'pairs') unknownTag(tag)
    const list: PyValue[] = this.keep(node.anchor, [])
    for (const item of node.items) list.push(this.value(item as Node | null))
    if (tag !== 'omap' && tag !== 'pairs') return list
    const pairs = list.map((item) => {
      const [pair] = item instanceof PyDict ? item.entries.values() : []
      return pair ? new PyTuple(pair) : raise('YAMLError', 'expected a mapping of length 1')
    })
    list.splice(0, list.length, ...pairs)
    return list
  }

  private mapping(node: YAMLMap): PyValue {
    const tag = tagOf(node)
    if (tag === 'set') {
      const set = this.keep(node.anchor, new PySet())
      for (const { key } of node.items) setAdd(set, this.value(key as Node | null))
      return set
    }
    if (tag !== undefined && tag !== 'map') unknownTag(tag)
    const dict = this.keep(node.anchor, new PyDict())
    // Merged mappings come first, whatever their place, and yield to the mapping's own keys.
    for (const pair of node.items) if (isMerge(pair.key)) this.merge(dict, this.value(pair.value as Node | null))
    for (const pair of node.items) {
      if (isMerge(pair.key)) continue
      const key = this.value(pair.key as Node | null)
      if (!isHashable(key)) raise('YAMLError', `found unhashable key: ${typeName(key)}`)
      dictSet(dict, key, this.value(pair.value as Node | null))
    }
    return dict
  }

  private merge(dict: PyDict, source: PyValue): void {
    const sources = Array.isArray(source) ? [...source].reverse() : [source]
    for (const one of sources) {
      if (!(one instanceof PyDict)) {
        raise('YAMLError', 'expected a mapping or list of mappings for merging')
      }
      for (const [key, value] of one.entries.values()) dictSet(dict, key, value)
    }
  }
}

function isMerge(key: unknown): boolean {
  return isScalar(key) && key.type === Scalar.PLAIN && key.value === '<<' && key.tag === undefined
}

function tagOf(node: { readonly tag?: string | undefined }): string | undefined {
  if (node.tag === undefined || node.tag === '!') return undefined
  return node.tag.startsWith(STANDARD) ? node.tag.slice(STANDARD.length) : node.tag
}

function unknownTag(tag: string): never {
  return raise('YAMLError', `could not determine a constructor for the tag '${tag}'`)
}

function scalarOf(node: Scalar): PyValue {
  const text = typeof node.value === 'string' ? node.value : String(node.value ?? '')
  const explicit = tagOf(node)
  const plain = node.type === undefined || node.type === Scalar.PLAIN
  const tag = explicit ?? (plain && node.tag !== '!' ? scalarTag(text) : 'str')
  if (tag === 'binary') return new PyBytes(Uint8Array.from(atob(text.replace(/\s/g, '')), (c) => c.charCodeAt(0)))
  const value = scalarValue(tag, text)
  return value === undefined ? unknownTag(explicit ?? tag) : value
}
