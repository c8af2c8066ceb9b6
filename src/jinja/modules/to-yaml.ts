import { PyBytes } from '../runtime/bytes.ts'
import { sortValues } from '../runtime/compare.ts'
import { JinjaError, raise } from '../runtime/errors.ts'
import { doubleOf, intOf } from '../runtime/numbers.ts'
import { floatText, pyRepr, pyStr } from '../runtime/str.ts'
import { compareText } from '../runtime/text.ts'
import { PyDict, PySet, PyTuple, type PyValue } from '../runtime/values.ts'
import { PyDate } from './date.ts'
import { scalarTag } from './yaml-scalars.ts'
import { type Style, YamlWriter } from './yaml-writer.ts'

export interface ToYamlOptions {
  readonly sortKeys?: boolean
}

interface Scalar {
  readonly kind: 'scalar'
  readonly text: string
  readonly tag: string | null
  readonly style: Style
}
type Shape =
  | Scalar
  | { readonly kind: 'list'; readonly items: readonly PyValue[] }
  | { readonly kind: 'map'; readonly tag: string | null; readonly pairs: readonly (readonly [PyValue, PyValue])[] }

/** Python's yaml.safe_dump in block style. Raises RepresenterError (a YAMLError) for objects that YAML has no form for. */
export function toYaml(value: PyValue, options: ToYamlOptions = {}): string {
  const dumper = new Dumper(options.sortKeys ?? false)
  dumper.countUses(value)
  dumper.root(value)
  return dumper.writer.text
}

class Dumper {
  readonly writer = new YamlWriter()
  private readonly sortKeys: boolean
  private readonly uses = new Map<PyValue, number>()
  private readonly anchors = new Map<PyValue, string>()

  constructor(sortKeys: boolean) {
    this.sortKeys = sortKeys
  }

  /** Containers that come up more than once get an anchor. */
  countUses(value: PyValue): void {
    if (!isShared(value)) return
    const seen = this.uses.get(value) ?? 0
    this.uses.set(value, seen + 1)
    if (seen > 0) return
    const shape = this.shapeOf(value)
    if (shape.kind === 'list')
      shape.items.forEach((item) => {
        this.countUses(item)
      })
    else if (shape.kind === 'map') {
      for (const [key, item] of shape.pairs) {
        this.countUses(key)
        this.countUses(item)
      }
    }
  }

  root(value: PyValue): void {
    const shape = this.shapeOf(value)
    this.node(value, null, false, false)
    const open = shape.kind === 'scalar' && this.writer.endedPlain
    if (open) this.writer.raw('\n...')
    this.writer.raw('\n')
  }

  /** `indent`: that of the collection around, null at the root. */
  private node(value: PyValue, indent: number | null, inMapping: boolean, asKey: boolean): void {
    const known = this.anchors.get(value)
    if (known !== undefined) {
      this.writer.indicator(`*${known}`, true)
      return
    }
    if ((this.uses.get(value) ?? 0) > 1) {
      const anchor = `id${String(this.anchors.size + 1).padStart(3, '0')}`
      this.anchors.set(value, anchor)
      this.writer.indicator(`&${anchor}`, true)
    }
    const shape = this.shapeOf(value)
    if (shape.kind === 'scalar') {
      if (shape.tag !== null) this.writer.indicator(shape.tag, true)
      this.writer.scalar(shape.text, shape.style, indent === null ? 2 : indent + 2, asKey, isPlainText(shape))
    } else if (shape.kind === 'list') this.list(shape.items, indent, inMapping)
    else this.mapping(shape.pairs, shape.tag, indent)
  }

  private list(items: readonly PyValue[], indent: number | null, inMapping: boolean): void {
    if (items.length === 0) this.writer.indicator('[]', true)
    // A list that is a mapping's value stands at the mapping's own indent.
    const own = indent === null ? 0 : inMapping && !this.writer.atItemStart ? indent : indent + 2
    for (const item of items) {
      this.writer.newLine(own)
      this.writer.indicator('-', true, true)
      this.node(item, own, false, false)
    }
  }

  private mapping(pairs: readonly (readonly [PyValue, PyValue])[], tag: string | null, indent: number | null): void {
    if (tag !== null) this.writer.indicator(tag, true)
    if (pairs.length === 0) this.writer.indicator('{}', true)
    const own = indent === null ? 0 : indent + 2
    for (const [key, value] of this.ordered(pairs)) {
      this.writer.newLine(own)
      if (this.isSimpleKey(key)) {
        this.node(key, own, true, true)
        this.writer.indicator(':', false)
        this.node(value, own, true, false)
      } else {
        this.writer.indicator('?', true, true)
        this.node(key, own, true, false)
        this.writer.newLine(own)
        this.writer.indicator(':', true, true)
        this.node(value, own, true, false)
      }
    }
  }

  private ordered(pairs: readonly (readonly [PyValue, PyValue])[]): readonly (readonly [PyValue, PyValue])[] {
    if (!this.sortKeys) return pairs
    try {
      const keys = sortValues(pairs.map(([key]) => key))
      return keys.map((key) => pairs.find((pair) => pair[0] === key) ?? ([key, null] as const))
    } catch (error) {
      // Keys without an order keep the one they have.
      if (error instanceof JinjaError && error.pythonClass === 'TypeError') return pairs
      throw error
    }
  }

  private isSimpleKey(key: PyValue): boolean {
    if (this.anchors.has(key)) return true
    const shape = this.shapeOf(key)
    if (shape.kind === 'list') return shape.items.length === 0
    if (shape.kind === 'map') return shape.pairs.length === 0
    return shape.text.length < 128 && shape.text !== '' && !/[\n\x85\u2028\u2029]/.test(shape.text)
  }

  private shapeOf(value: PyValue): Shape {
    const plain = (text: string): Scalar => ({ kind: 'scalar', text, tag: null, style: 'plain' })
    if (value === null) return plain('null')
    if (typeof value === 'string') return { kind: 'scalar', text: value, tag: null, style: 'any' }
    if (typeof value === 'boolean') return plain(String(value))
    if (intOf(value) !== undefined) return plain(pyStr(value))
    const double = doubleOf(value)
    if (double !== undefined) return plain(floatYaml(double))
    if (Array.isArray(value)) return { kind: 'list', items: value }
    if (value instanceof PyTuple) return { kind: 'list', items: value.items }
    if (value instanceof PyDict) return { kind: 'map', tag: null, pairs: [...value.entries.values()] }
    if (value instanceof PySet) {
      const items = [...value.entries.values()].sort((a, b) => compareText(pyStr(a), pyStr(b)))
      return { kind: 'map', tag: '!!set', pairs: items.map((item) => [item, null] as const) }
    }
    if (value instanceof PyDate) return plain(pyStr(value))
    if (value instanceof PyBytes) {
      const text = `${btoa(String.fromCharCode(...value.data))}\n`
      return { kind: 'scalar', text, tag: '!!binary', style: 'literal' }
    }
    return raise('YAMLError', `('cannot represent an object', ${pyRepr(value)})`)
  }
}

/** Scalars and the empty tuple are written out each time. */
function isShared(value: PyValue): boolean {
  if (value instanceof PyTuple) return value.items.length > 0
  return Array.isArray(value) || value instanceof PyDict || value instanceof PySet
}

/** Whether the text, unquoted, reads back as what it is. */
function isPlainText(shape: Scalar): boolean {
  return shape.style === 'plain' || scalarTag(shape.text) === 'str'
}

function floatYaml(value: number): string {
  if (Number.isNaN(value)) return '.nan'
  if (!Number.isFinite(value)) return value < 0 ? '-.inf' : '.inf'
  const text = floatText(value)
  // Without a point YAML 1.1 would read an exponent as text.
  return text.includes('.') ? text : text.replace('e', '.0e')
}
