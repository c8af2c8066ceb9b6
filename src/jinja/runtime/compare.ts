import { raise } from './errors.ts'
import { hashKey } from './hash.ts'
import { textOf } from './str.ts'
import { compareText } from './text.ts'
import { typeName } from './type-name.ts'
import { PyDict, PyFloat, PyObject, PySet, PyTuple, type PyValue } from './values.ts'

export type Comparison = '<' | '<=' | '>' | '>='

/** Python's `==`. */
export function pyEquals(a: PyValue, b: PyValue): boolean {
  if (a === b) return true
  if (typeof a === 'string' && typeof b === 'string') return false
  if (a === null || b === null)
    return a instanceof PyObject ? (a.$eq?.(b) ?? false) : b instanceof PyObject ? (b.$eq?.(a) ?? false) : false
  const left = numberOf(a)
  if (left !== undefined) {
    const right = numberOf(b)
    // Mixed number and bigint: JavaScript's == compares their values exactly.
    // biome-ignore lint/suspicious/noDoubleEquals: exact comparison of number with bigint
    if (right !== undefined) return left == right
  }
  if (Array.isArray(a)) return Array.isArray(b) ? equalSequences(a, b) : reflected(a, b)
  if (a instanceof PyTuple) return b instanceof PyTuple ? equalSequences(a.items, b.items) : reflected(a, b)
  if (a instanceof PyDict) return b instanceof PyDict ? equalDicts(a, b) : reflected(a, b)
  if (a instanceof PySet)
    return b instanceof PySet ? a.entries.size === b.entries.size && isSubset(a, b) : reflected(a, b)
  const leftText = textOf(a)
  if (leftText !== undefined) {
    const rightText = textOf(b)
    if (rightText !== undefined) return leftText === rightText
  }
  if (a instanceof PyObject && a.$eq) return a.$eq(b)
  return reflected(a, b)
}

function reflected(a: PyValue, b: PyValue): boolean {
  return b instanceof PyObject && b.$eq ? b.$eq(a) : false
}

function equalSequences(a: readonly PyValue[], b: readonly PyValue[]): boolean {
  return a.length === b.length && a.every((item, index) => pyEquals(item, b[index] ?? null))
}

function equalDicts(a: PyDict, b: PyDict): boolean {
  if (a.size !== b.size) return false
  for (const [key, [, value]] of a.entries) {
    const other = b.entries.get(key)
    if (!other || !pyEquals(value, other[1])) return false
  }
  return true
}

function isSubset(a: PySet, b: PySet): boolean {
  for (const key of a.entries.keys()) if (!b.entries.has(key)) return false
  return true
}

/** The numeric value of an int, float or bool; undefined for all else. */
export function numberOf(value: PyValue): number | bigint | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return value
  if (typeof value === 'boolean') return value ? 1 : 0
  return value instanceof PyFloat ? value.value : undefined
}

/** Python's ordering operators. Raises TypeError for values that have no order. */
export function pyCompare(operator: Comparison, a: PyValue, b: PyValue): boolean {
  if (typeof a === 'number' && typeof b === 'number') return holds(operator, a, b)
  const left = numberOf(a)
  const right = numberOf(b)
  if (left !== undefined && right !== undefined) return holds(operator, left, right)
  const leftText = textOf(a)
  const rightText = textOf(b)
  if (leftText !== undefined && rightText !== undefined) return holds(operator, compareText(leftText, rightText), 0)
  if (Array.isArray(a) && Array.isArray(b)) return compareSequences(operator, a, b)
  if (a instanceof PyTuple && b instanceof PyTuple) return compareSequences(operator, a.items, b.items)
  if (a instanceof PySet && b instanceof PySet) return compareSets(operator, a, b)
  if (a instanceof PyObject && a.$compare) {
    const order = a.$compare(b)
    if (order !== undefined) return holds(operator, order, 0)
  }
  if (b instanceof PyObject && b.$compare) {
    const order = b.$compare(a)
    if (order !== undefined) return holds(operator, 0, order)
  }
  return raise('TypeError', `'${operator}' not supported between instances of '${typeName(a)}' and '${typeName(b)}'`)
}

function holds(operator: Comparison, a: number | bigint, b: number | bigint): boolean {
  switch (operator) {
    case '<':
      return a < b
    case '<=':
      return a <= b
    case '>':
      return a > b
    case '>=':
      return a >= b
  }
}

function compareSequences(operator: Comparison, a: readonly PyValue[], b: readonly PyValue[]): boolean {
  const shorter = Math.min(a.length, b.length)
  for (let index = 0; index < shorter; index++) {
    const left = a[index] ?? null
    const right = b[index] ?? null
    if (!pyEquals(left, right)) return pyCompare(operator, left, right)
  }
  return holds(operator, a.length, b.length)
}

function compareSets(operator: Comparison, a: PySet, b: PySet): boolean {
  if (operator === '<=' || operator === '<') {
    return isSubset(a, b) && (operator === '<=' || a.entries.size < b.entries.size)
  }
  return isSubset(b, a) && (operator === '>=' || b.entries.size < a.entries.size)
}

/** A stable sort by `<` alone, as Python's list.sort. Keys are computed once. */
export function sortValues(
  values: readonly PyValue[],
  keyOf: (value: PyValue) => PyValue = (value) => value,
  reverse = false,
): PyValue[] {
  const keyed = values.map((value) => ({ value, key: keyOf(value) }))
  // Python reverses, sorts and reverses again, so that equal items keep their order.
  if (reverse) keyed.reverse()
  keyed.sort((a, b) => (pyCompare('<', a.key, b.key) ? -1 : pyCompare('<', b.key, a.key) ? 1 : 0))
  if (reverse) keyed.reverse()
  return keyed.map(({ value }) => value)
}

/** dict[key] = value: an equal key that is there stays, with the new value. */
export function dictSet(dict: PyDict, key: PyValue, value: PyValue): void {
  const hash = hashKey(key)
  const pair = dict.entries.get(hash)
  if (pair) pair[1] = value
  else dict.entries.set(hash, [key, value])
}

/** dict.get(key); undefined when absent. */
export function dictGet(dict: PyDict, key: PyValue): PyValue | undefined {
  return dict.entries.get(hashKey(key))?.[1]
}

export function setAdd(set: PySet, item: PyValue): void {
  const hash = hashKey(item)
  if (!set.entries.has(hash)) set.entries.set(hash, item)
}
