import { raise } from './errors.ts'
import { typeName } from './type-name.ts'
import { PyDict, PyFloat, PyObject, PySet, PyTuple, type PyValue } from './values.ts'

/**
 * The Map key of a value: equal exactly for values that are equal as Python's dict keys (1, 1.0 and True are one). Strings stand
 * for themselves. Raises TypeError for what Python cannot hash.
 */
export function hashKey(value: PyValue): unknown {
  switch (typeof value) {
    case 'string':
    case 'bigint':
      return value
    case 'number':
      return value
    case 'boolean':
      return value ? 1 : 0
  }
  if (value === null) return value
  if (value instanceof PyFloat) return floatKey(value)
  if (value instanceof PyTuple) return `\u0000tuple:${value.items.map(partKey).join('')}`
  if (value instanceof PyObject) return objectKey(value)
  return raise('TypeError', `unhashable type: '${typeName(value)}'`)
}

/** True for what can be a dict key. */
export function isHashable(value: PyValue): boolean {
  if (typeof value === 'string') return true
  if (Array.isArray(value) || value instanceof PyDict || value instanceof PySet) return false
  if (!(value instanceof PyTuple) && !(value instanceof PyObject)) return true
  try {
    hashKey(value)
    return true
  } catch {
    return false
  }
}

function floatKey({ value }: PyFloat): unknown {
  if (Number.isSafeInteger(value)) return value === 0 ? 0 : value
  // Two NaNs are different keys unless they are one object; they are kept apart from numbers either way.
  return Number.isInteger(value) ? BigInt(value) : value
}

function objectKey(value: PyObject): unknown {
  if (value.$text) return value.$text()
  if (value.$hash) return `\u0000${value.$type}:${value.$hash()}`
  if (value.$eq) return raise('TypeError', `unhashable type: '${value.$type}'`)
  return value
}

/** One element of a tuple's key: typed and delimited, so that different tuples have different keys. */
function partKey(item: PyValue): string {
  const key = hashKey(item)
  if (typeof key === 'string') return `s${key.length}:${key};`
  if (typeof key === 'object' && key !== null) return `o${identity(key)};`
  return `n${String(key)};`
}

// An object's number is its identity (Python's id()), not state: nothing else depends on it.
const identities = new WeakMap<object, number>()
let lastIdentity = 0

function identity(value: object): number {
  let id = identities.get(value)
  if (id === undefined) {
    id = ++lastIdentity
    identities.set(value, id)
  }
  return id
}
