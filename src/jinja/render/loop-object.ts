import { iterate, makeUndefined, pyEquals, raise } from '../runtime/runtime.ts'
import { type CallResult, PyDict, PyFunction, PyObject, PySet, PyTuple, type PyValue } from '../runtime/values.ts'

/** Renders a recursive loop's body for other items, one level deeper. */
export type LoopRecursion = (items: PyValue, depth: number) => CallResult

/**
 * The `loop` of a for that reads it. Items are taken one at a time; only `last`, `nextitem`, `length` and what counts from the end
 * look ahead.
 */
export class LoopObject extends PyObject {
  readonly $type: string = 'LoopContext'
  private iterator: Iterator<PyValue>
  private readonly depth0: number
  private readonly recurse: LoopRecursion | null
  private total: number | null
  private index0 = -1
  private previous: PyValue | undefined
  private current: PyValue | undefined
  /** The item read ahead, if any. */
  private ahead: IteratorResult<PyValue> | null = null
  private lastChanged: readonly PyValue[] | null = null

  constructor(items: PyValue, depth0 = 0, recurse: LoopRecursion | null = null) {
    super()
    this.iterator = iterate(items)[Symbol.iterator]()
    this.total = knownLength(items)
    this.depth0 = depth0
    this.recurse = recurse
  }

  /** The items, moving the loop along. */
  *items(): IterableIterator<PyValue> {
    for (;;) {
      const next = this.ahead ?? this.iterator.next()
      this.ahead = null
      if (next.done) return
      this.index0++
      this.previous = this.current
      this.current = next.value
      yield next.value
    }
  }

  override $attr(name: string): PyValue | undefined {
    switch (name) {
      case 'index':
        return this.index0 + 1
      case 'index0':
        return this.index0
      case 'revindex':
        return this.length() - this.index0
      case 'revindex0':
        return this.length() - this.index0 - 1
      case 'first':
        return this.index0 === 0
      case 'last':
        return this.peek().done === true
      case 'length':
        return this.length()
      case 'depth':
        return this.depth0 + 1
      case 'depth0':
        return this.depth0
      case 'previtem':
        return this.index0 <= 0 || this.previous === undefined
          ? makeUndefined(null, 'strict', 'there is no previous item')
          : this.previous
      case 'nextitem': {
        const next = this.peek()
        return next.done ? makeUndefined(null, 'strict', 'there is no next item') : next.value
      }
      case 'cycle':
        return new PyFunction('cycle', (args) => this.cycle(args))
      case 'changed':
        return new PyFunction('changed', (args) => this.changed(args))
      default:
        return undefined
    }
  }

  override $call(args: readonly PyValue[]): CallResult {
    if (!this.recurse) {
      raise('TypeError', "The loop must have the 'recursive' marker to be called recursively.")
    }
    return this.recurse(args[0] ?? null, this.depth0 + 1)
  }

  override $len(): number {
    return this.length()
  }

  override $repr(): string {
    return `<LoopContext ${this.index0 + 1}/${this.length()}>`
  }

  private peek(): IteratorResult<PyValue> {
    this.ahead ??= this.iterator.next()
    return this.ahead
  }

  private length(): number {
    if (this.total === null) {
      const rest = this.ahead === null ? [] : this.ahead.done ? [] : [this.ahead.value]
      for (let next = this.iterator.next(); !next.done; next = this.iterator.next()) rest.push(next.value)
      this.iterator = rest.values()
      this.ahead = null
      this.total = this.index0 + 1 + rest.length
    }
    return this.total
  }

  private cycle(values: readonly PyValue[]): PyValue {
    const value = values[this.index0 % Math.max(values.length, 1)]
    return value === undefined ? raise('TypeError', 'no items for cycling given') : value
  }

  private changed(values: readonly PyValue[]): boolean {
    const last = this.lastChanged
    const same = last?.length === values.length && last.every((value, index) => pyEquals(value, values[index] ?? null))
    if (same) return false
    this.lastChanged = [...values]
    return true
  }
}

function knownLength(items: PyValue): number | null {
  if (Array.isArray(items)) return items.length
  if (items instanceof PyTuple) return items.items.length
  if (items instanceof PyDict || items instanceof PySet) return items.entries.size
  return null
}
