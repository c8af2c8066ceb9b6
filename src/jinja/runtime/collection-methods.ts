import { callNow } from './call.ts'
import { dictGet, dictSet, numberOf, pyEquals, setAdd, sortValues } from './compare.ts'
import { DictView } from './dict-view.ts'
import { raise, raiseCall } from './errors.ts'
import { hashKey } from './hash.ts'
import { contains, isIterable, iterate, truthy } from './iterate.ts'
import { type MethodArguments, type MethodTable, MethodTableBuilder } from './method.ts'
import { exactFraction, requireIndex } from './numbers.ts'
import { pyRepr } from './str.ts'
import { typeName } from './type-name.ts'
import { Undefined } from './undefined.ts'
import { int, PyDict, type PyFloat, PyObject, PySet, PyTuple, type PyValue } from './values.ts'

function indexIn(items: readonly PyValue[], args: MethodArguments, missing: (item: PyValue) => string): number {
  const [item = null, start, stop] = args
  const place = (value: PyValue | undefined, absent: number): number => {
    if (value === undefined) return absent
    const index = requireIndex(value)
    return index < 0 ? Math.max(0, index + items.length) : index
  }
  const end = Math.min(place(stop, items.length), items.length)
  for (let index = place(start, 0); index < end; index++) if (pyEquals(items[index] ?? null, item)) return index
  return raise('ValueError', missing(item))
}

function countIn(items: readonly PyValue[], item: PyValue): number {
  return items.filter((other) => pyEquals(other, item)).length
}

export const LIST_METHODS: MethodTable<PyValue[]> = new MethodTableBuilder<PyValue[]>('list')
  .one('append', (list, item) => {
    list.push(item)
    return null
  })
  .one('extend', (list, items) => {
    // A copy first: a list may be extended by itself.
    for (const item of [...iterate(items)]) list.push(item)
    return null
  })
  .between('insert', 2, 2, (list, [at = null, item = null]) => {
    const index = requireIndex(at)
    list.splice(index < 0 ? Math.max(0, index + list.length) : index, 0, item)
    return null
  })
  .one('remove', (list, item) => {
    const index = list.findIndex((other) => pyEquals(other, item))
    if (index < 0) raise('ValueError', 'list.remove(x): x not in list')
    list.splice(index, 1)
    return null
  })
  .between('pop', 0, 1, (list, [at = -1]) => {
    const given = requireIndex(at)
    if (list.length === 0) raise('IndexError', 'pop from empty list')
    const index = given < 0 ? given + list.length : given
    if (index < 0 || index >= list.length) raise('IndexError', 'pop index out of range')
    return list.splice(index, 1)[0] ?? null
  })
  .none('clear', (list) => {
    list.length = 0
    return null
  })
  .none('copy', (list) => [...list])
  .none('reverse', (list) => {
    list.reverse()
    return null
  })
  .one('count', countIn)
  .between('index', 1, 3, (list, args) => indexIn(list, args, (item) => `${pyRepr(item)} is not in list`))
  .any('sort', (list, args, kwargs) => {
    if (args.length > 0) raiseCall('sort() takes no positional arguments')
    for (const name of kwargs.keys()) {
      if (name !== 'key' && name !== 'reverse') raiseCall(`'${name}' is an invalid keyword argument for sort()`)
    }
    const key = kwargs.get('key') ?? null
    const sorted = sortValues(
      list,
      key === null ? undefined : (value) => callNow(key, [value]),
      truthy(kwargs.get('reverse') ?? false),
    )
    list.splice(0, list.length, ...sorted)
    return null
  }).table

export const TUPLE_METHODS: MethodTable<PyTuple> = new MethodTableBuilder<PyTuple>('tuple')
  .one('count', (tuple, item) => countIn(tuple.items, item))
  .between('index', 1, 3, (tuple, args) => indexIn(tuple.items, args, () => 'tuple.index(x): x not in tuple')).table

/** dict.update() and dict(): another mapping, or pairs, laid over a dict. */
export function updateDict(dict: PyDict, source: PyValue): void {
  if (source instanceof PyDict) {
    for (const [hash, [key, value]] of [...source.entries]) {
      const pair = dict.entries.get(hash)
      if (pair) pair[1] = value
      else dict.entries.set(hash, [key, value])
    }
    return
  }
  if (source instanceof PyObject && source.$mapping && source.$item) {
    for (const key of iterate(source)) dictSet(dict, key, source.$item(key) ?? null)
    return
  }
  if (source instanceof Undefined) source.fail()
  let index = 0
  for (const pair of iterate(source)) {
    if (!isIterable(pair)) {
      raise('TypeError', `cannot convert dictionary update sequence element #${index} to a sequence`)
    }
    const parts = [...iterate(pair)]
    if (parts.length !== 2) {
      raise('ValueError', `dictionary update sequence element #${index} has length ${parts.length}; 2 is required`)
    }
    dictSet(dict, parts[0] ?? null, parts[1] ?? null)
    index++
  }
}

export const DICT_METHODS: MethodTable<PyDict> = new MethodTableBuilder<PyDict>('dict')
  .between('get', 1, 2, (dict, [key = null, other = null]) => dictGet(dict, key) ?? other)
  .none('items', (dict) => new DictView(dict, 'items'))
  .none('keys', (dict) => new DictView(dict, 'keys'))
  .none('values', (dict) => new DictView(dict, 'values'))
  .any('update', (dict, args, kwargs) => {
    if (args.length > 1) raiseCall(`update expected at most 1 argument, got ${args.length}`)
    if (args[0] !== undefined) updateDict(dict, args[0])
    for (const [name, value] of kwargs) dictSet(dict, name, value)
    return null
  })
  .between('pop', 1, 2, (dict, [key = null, other]) => {
    const hash = hashKey(key)
    const pair = dict.entries.get(hash)
    if (pair) {
      dict.entries.delete(hash)
      return pair[1]
    }
    return other === undefined ? raise('KeyError', pyRepr(key)) : other
  })
  .none('popitem', (dict) => {
    const last = [...dict.entries].pop()
    if (!last) return raise('KeyError', "'popitem(): dictionary is empty'")
    dict.entries.delete(last[0])
    return new PyTuple(last[1])
  })
  .between('setdefault', 1, 2, (dict, [key = null, value = null]) => {
    const old = dictGet(dict, key)
    if (old !== undefined) return old
    dictSet(dict, key, value)
    return value
  })
  .none('copy', (dict) => copyDict(dict))
  .none('clear', (dict) => {
    dict.entries.clear()
    return null
  })
  .between('fromkeys', 1, 2, (_dict, [keys = null, value = null]) => {
    const result = new PyDict()
    for (const key of iterate(keys)) dictSet(result, key, value)
    return result
  }).table

export function copyDict(dict: PyDict): PyDict {
  const copy = new PyDict()
  for (const [hash, [key, value]] of dict.entries) copy.entries.set(hash, [key, value])
  return copy
}

/** set(items). */
export function setOf(items: Iterable<PyValue>): PySet {
  const set = new PySet()
  for (const item of items) setAdd(set, item)
  return set
}

function setOfValue(value: PyValue): PySet {
  return value instanceof PySet ? value : setOf(iterate(value))
}

function become(target: PySet, source: PySet): null {
  const entries = [...source.entries]
  target.entries.clear()
  for (const [key, item] of entries) target.entries.set(key, item)
  return null
}

function keep(set: PySet, test: (key: unknown) => boolean): PySet {
  const result = new PySet()
  for (const [key, item] of set.entries) if (test(key)) result.entries.set(key, item)
  return result
}

const union = (set: PySet, others: MethodArguments): PySet => {
  const result = setOf(set.entries.values())
  for (const other of others) for (const item of iterate(other ?? null)) setAdd(result, item)
  return result
}
const intersection = (set: PySet, others: MethodArguments): PySet =>
  others.reduce<PySet>((left, other) => {
    const right = setOfValue(other ?? null)
    return keep(left, (key) => right.entries.has(key))
  }, setOf(set.entries.values()))
const difference = (set: PySet, others: MethodArguments): PySet =>
  others.reduce<PySet>((left, other) => {
    const right = setOfValue(other ?? null)
    return keep(left, (key) => !right.entries.has(key))
  }, setOf(set.entries.values()))
const symmetric = (set: PySet, other: PyValue): PySet => {
  const right = setOfValue(other)
  return union(
    keep(set, (key) => !right.entries.has(key)),
    [keep(right, (key) => !set.entries.has(key))],
  )
}
const MANY = Number.POSITIVE_INFINITY

export const SET_METHODS: MethodTable<PySet> = new MethodTableBuilder<PySet>('set')
  .one('add', (set, item) => {
    setAdd(set, item)
    return null
  })
  .one('discard', (set, item) => {
    set.entries.delete(hashKey(item))
    return null
  })
  .one('remove', (set, item) => {
    if (!set.entries.delete(hashKey(item))) raise('KeyError', pyRepr(item))
    return null
  })
  .none('pop', (set) => {
    const [first] = set.entries
    if (!first) return raise('KeyError', "'pop from an empty set'")
    set.entries.delete(first[0])
    return first[1]
  })
  .none('clear', (set) => {
    set.entries.clear()
    return null
  })
  .none('copy', (set) => setOf(set.entries.values()))
  .between('union', 0, MANY, union)
  .between('intersection', 0, MANY, intersection)
  .between('difference', 0, MANY, difference)
  .one('symmetric_difference', symmetric)
  .between('update', 0, MANY, (set, others) => become(set, union(set, others)))
  .between('intersection_update', 0, MANY, (set, others) => become(set, intersection(set, others)))
  .between('difference_update', 0, MANY, (set, others) => become(set, difference(set, others)))
  .one('symmetric_difference_update', (set, other) => become(set, symmetric(set, other)))
  .one('issubset', (set, other) => [...set.entries.values()].every((item) => contains(item, setOfValue(other))))
  .one('issuperset', (set, other) => [...iterate(other)].every((item) => contains(item, set)))
  .one('isdisjoint', (set, other) => ![...iterate(other)].some((item) => contains(item, set))).table

export const INT_METHODS: MethodTable<number | bigint | boolean> = new MethodTableBuilder<number | bigint | boolean>(
  'int',
)
  .none('bit_length', (value) => {
    const positive = BigInt(value) < 0n ? -BigInt(value) : BigInt(value)
    return positive === 0n ? 0 : positive.toString(2).length
  })
  .none('conjugate', (value) => int(BigInt(value)))
  .none('as_integer_ratio', (value) => new PyTuple([int(BigInt(value)), 1])).table

export const FLOAT_METHODS: MethodTable<number | PyFloat> = new MethodTableBuilder<number | PyFloat>('float')
  .none('is_integer', (value) => Number.isInteger(numberOf(value)))
  .none('conjugate', (value) => value)
  .none('as_integer_ratio', (value) => {
    const double = Number(numberOf(value))
    if (!Number.isFinite(double)) raise('OverflowError', `cannot convert ${pyRepr(value)} to integer ratio`)
    let [top, exponent] = exactFraction(Math.abs(double))
    while (exponent < 0 && top !== 0n && top % 2n === 0n) {
      top /= 2n
      exponent++
    }
    const sign = double < 0 ? -1n : 1n
    if (top === 0n) return new PyTuple([0, 1])
    return exponent >= 0
      ? new PyTuple([int(sign * (top << BigInt(exponent))), 1])
      : new PyTuple([int(sign * top), int(1n << BigInt(-exponent))])
  }).table

/** Python's message for an attribute that a type lacks. */
export function noAttribute(value: PyValue, name: string): string {
  return `'${typeName(value)}' object has no attribute '${name}'`
}
