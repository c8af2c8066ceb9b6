import { pyEquals } from './compare.ts'
import { raise } from './errors.ts'
import { hashKey } from './hash.ts'
import { textOf } from './str.ts'
import { textLength } from './text.ts'
import { typeName } from './type-name.ts'
import { PyDict, PyFloat, PyObject, PySet, PyTuple, type PyValue } from './values.ts'

/** The items that Python's `for` would see. Raises TypeError for what is not iterable. */
export function iterate(value: PyValue): Iterable<PyValue> {
  if (Array.isArray(value)) return value
  if (typeof value === 'string') return value
  if (value instanceof PyTuple) return value.items
  if (value instanceof PyDict) return dictItems(value, (pair) => pair[0])
  if (value instanceof PySet) return value.entries.values()
  if (value instanceof PyObject) {
    if (value.$iter) {
      const iterator = value.$iter()
      return { [Symbol.iterator]: () => iterator }
    }
    const text = textOf(value)
    if (text !== undefined) return text
  }
  return raise('TypeError', `'${typeName(value)}' object is not iterable`)
}

/** A dict's pairs as they stand, raising when the dict grows or shrinks meanwhile. */
export function* dictItems(
  dict: PyDict,
  pick: (pair: readonly [key: PyValue, value: PyValue]) => PyValue,
): Generator<PyValue, void, undefined> {
  const size = dict.size
  for (const pair of dict.entries.values()) {
    yield pick(pair)
    if (dict.size !== size) raise('RuntimeError', 'dictionary changed size during iteration')
  }
}

/** True when `iterate` would not raise. */
export function isIterable(value: PyValue): boolean {
  if (value === null || typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint')
    return false
  if (value instanceof PyFloat) return false
  if (value instanceof PyObject) return value.$iter !== undefined || value.$text !== undefined
  return true
}

/** len(); undefined for what has none. */
export function lengthOf(value: PyValue): number | undefined {
  if (Array.isArray(value)) return value.length
  if (value instanceof PyTuple) return value.items.length
  if (value instanceof PyDict) return value.size
  if (value instanceof PySet) return value.entries.size
  if (value instanceof PyObject && value.$len) return value.$len()
  const text = textOf(value)
  return text === undefined ? undefined : textLength(text)
}

/** len(). Raises TypeError for what has none. */
export function pyLength(value: PyValue): number {
  return lengthOf(value) ?? raise('TypeError', `object of type '${typeName(value)}' has no len()`)
}

/** Python's bool(). */
export function truthy(value: PyValue): boolean {
  switch (typeof value) {
    case 'boolean':
      return value
    case 'string':
      return value !== ''
    case 'number':
      return value !== 0
    case 'bigint':
      return value !== 0n
  }
  if (value === null) return false
  if (Array.isArray(value)) return value.length > 0
  if (value instanceof PyDict) return value.size > 0
  if (value instanceof PyFloat) return value.value !== 0
  if (value instanceof PyTuple) return value.items.length > 0
  if (value instanceof PySet) return value.entries.size > 0
  if (value.$truth) return value.$truth()
  if (value.$len) return value.$len() > 0
  return value.$text ? value.$text() !== '' : true
}

/** Python's `item in container`. */
export function contains(item: PyValue, container: PyValue): boolean {
  if (Array.isArray(container)) return container.some((other) => pyEquals(other, item))
  if (container instanceof PyDict) return container.entries.has(hashKey(item))
  if (container instanceof PyTuple) return container.items.some((other) => pyEquals(other, item))
  if (container instanceof PySet) {
    // Python looks a set up as a frozenset, which no set here holds.
    return !(item instanceof PySet) && container.entries.has(hashKey(item))
  }
  const text = textOf(container)
  if (text !== undefined) {
    const part = textOf(item)
    if (part === undefined) {
      raise('TypeError', `'in <string>' requires string as left operand, not ${typeName(item)}`)
    }
    return text.includes(part)
  }
  if (container instanceof PyObject) {
    if (container.$contains) return container.$contains(item)
    if (container.$iter) {
      for (const other of iterate(container)) if (pyEquals(other, item)) return true
      return false
    }
  }
  return raise('TypeError', `argument of type '${typeName(container)}' is not iterable`)
}

/** The values for `count` targets of an assignment. Raises ValueError for too many or too few. */
export function unpack(value: PyValue, count: number): readonly PyValue[] {
  if (!isIterable(value)) raise('TypeError', `cannot unpack non-iterable ${typeName(value)} object`)
  const items = Array.isArray(value) ? value : value instanceof PyTuple ? value.items : undefined
  if (items && items.length === count) return items
  const taken: PyValue[] = []
  for (const item of iterate(value)) {
    if (taken.length === count) raise('ValueError', `too many values to unpack (expected ${count})`)
    taken.push(item)
  }
  if (taken.length < count) {
    raise('ValueError', `not enough values to unpack (expected ${count}, got ${taken.length})`)
  }
  return taken
}

/** A Python iterator or generator over JavaScript values: each item comes once. */
export class PyIterator extends PyObject {
  readonly $type: string
  private readonly items: Iterator<PyValue>

  constructor(items: Iterable<PyValue>, type = 'generator') {
    super()
    this.$type = type
    this.items = items[Symbol.iterator]()
  }

  override $iter(): Iterator<PyValue> {
    return { next: () => this.items.next() }
  }
}
