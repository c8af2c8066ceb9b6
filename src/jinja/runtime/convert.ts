import { raise } from './errors.ts'
import { hashKey } from './hash.ts'
import { iterate } from './iterate.ts'
import { pyStr } from './str.ts'
import { Undefined } from './undefined.ts'
import { float, int, PyDict, PyFloat, PyObject, PySet, PyTuple, type PyValue } from './values.ts'

function isPython(value: object): value is PyFloat | PyTuple | PyDict | PySet | PyObject {
  return (
    value instanceof PyObject ||
    value instanceof PyDict ||
    value instanceof PyTuple ||
    value instanceof PyFloat ||
    value instanceof PySet
  )
}

function scalar(value: unknown): PyValue | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'undefined':
      return null
    case 'bigint':
      return int(value)
    case 'number':
      return Number.isSafeInteger(value) ? value + 0 : float(value)
    case 'object':
      return value === null ? null : undefined
    default:
      return raise('TypeError', `a ${typeof value} cannot enter a template`)
  }
}

/**
 * Host data as Python values, deep: plain objects and Maps → dict, arrays → list, Sets → set, undefined → None. What is a Python value
 * already stays as it is. Raises TypeError for functions, symbols and dates.
 */
export function toPython(value: unknown): PyValue {
  const simple = scalar(value)
  if (simple !== undefined) return simple
  if (Array.isArray(value)) return value.map(toPython)
  const object = value as object
  if (isPython(object)) return object
  if (object instanceof Map) {
    const dict = new PyDict()
    for (const [key, item] of object) {
      const pythonKey = toPython(key)
      dict.entries.set(hashKey(pythonKey), [pythonKey, toPython(item)])
    }
    return dict
  }
  if (object instanceof Set) {
    const set = new PySet()
    for (const item of object) {
      const python = toPython(item)
      set.entries.set(hashKey(python), python)
    }
    return set
  }
  if (object instanceof Date) return raise('TypeError', 'a JavaScript Date cannot enter a template')
  const dict = new PyDict()
  for (const [key, item] of Object.entries(object)) if (item !== undefined) dict.entries.set(key, [key, toPython(item)])
  return dict
}

type Pair = [key: PyValue, value: PyValue]

/** A dict's entries over a host object, whose values are converted when they are read; keys in the host's order. */
class LazyEntries extends Map<unknown, Pair> {
  private source: Readonly<Record<string, unknown>> | null
  private readonly known: Map<unknown, Pair> = new Map()

  constructor(source: Readonly<Record<string, unknown>>) {
    super()
    this.source = source
  }

  override get(key: unknown): Pair | undefined {
    if (this.source === null) return super.get(key)
    const known = this.known.get(key)
    if (known) return known
    if (typeof key !== 'string' || !Object.hasOwn(this.source, key)) return undefined
    const value = this.source[key]
    if (value === undefined) return undefined
    const pair: Pair = [key, lazily(value)]
    this.known.set(key, pair)
    return pair
  }

  override has(key: unknown): boolean {
    if (this.source === null) return super.has(key)
    return typeof key === 'string' && Object.hasOwn(this.source, key) && this.source[key] !== undefined
  }

  override set(key: unknown, pair: Pair): this {
    this.fill()
    return super.set(key, pair)
  }

  override delete(key: unknown): boolean {
    this.fill()
    return super.delete(key)
  }

  override clear(): void {
    this.source = null
    super.clear()
  }

  override get size(): number {
    this.fill()
    return super.size
  }

  override entries(): MapIterator<[unknown, Pair]> {
    this.fill()
    return super.entries()
  }

  override keys(): MapIterator<unknown> {
    this.fill()
    return super.keys()
  }

  override values(): MapIterator<Pair> {
    this.fill()
    return super.values()
  }

  override [Symbol.iterator](): MapIterator<[unknown, Pair]> {
    return this.entries()
  }

  override forEach(callback: (value: Pair, key: unknown, map: Map<unknown, Pair>) => void): void {
    this.fill()
    super.forEach(callback)
  }

  private fill(): void {
    const { source } = this
    if (source === null || source === undefined) return
    this.source = null
    for (const [key, value] of Object.entries(source)) {
      if (value !== undefined) super.set(key, this.known.get(key) ?? [key, lazily(value)])
    }
  }
}

class LazyDict extends PyDict {
  override readonly entries: Map<unknown, Pair>

  constructor(source: Readonly<Record<string, unknown>>) {
    super()
    this.entries = new LazyEntries(source)
  }
}

function lazily(value: unknown): PyValue {
  const simple = scalar(value)
  if (simple !== undefined) return simple
  if (Array.isArray(value)) return value.map(lazily)
  const object = value as object
  if (isPython(object) || object instanceof Map || object instanceof Set) return toPython(object)
  return lazyDict(object)
}

/**
 * Like `toPython` for big, rarely read host objects: a dict that converts its values when they are read. What a template writes
 * stays in the dict; the host object is never written to.
 */
export function lazyDict(value: object): PyDict {
  return new LazyDict(value as Readonly<Record<string, unknown>>)
}

/**
 * Python values as plain data: dict → object with string keys, list, tuple, set and iterators → array, float → number, Undefined →
 * undefined, ints beyond 2^53 → bigint; a PyObject that is not iterable → its str().
 */
export function toHost(value: PyValue): unknown {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(toHost)
  if (value instanceof PyFloat) return value.value
  if (value instanceof PyTuple) return value.items.map(toHost)
  if (value instanceof PySet) return [...value.entries.values()].map(toHost)
  if (value instanceof PyDict) {
    const object: Record<string, unknown> = {}
    for (const [key, item] of value.entries.values()) define(object, typeof key === 'string' ? key : pyStr(key), item)
    return object
  }
  if (value instanceof Undefined) return undefined
  if (value.$text || value.$str) return pyStr(value)
  if (value.$number) return toHost(value.$number())
  return value.$iter && !value.$repr ? [...iterate(value)].map(toHost) : pyStr(value)
}

/** Sets an own property even for the key `__proto__`. */
function define(object: Record<string, unknown>, key: string, value: PyValue): void {
  if (key !== '__proto__') object[key] = toHost(value)
  else
    Object.defineProperty(object, key, { value: toHost(value), enumerable: true, writable: true, configurable: true })
}
