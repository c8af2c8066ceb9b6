import { parameter } from './arguments.ts'
import { sub } from './arithmetic.ts'
import { getItem, pyAttribute } from './attributes.ts'
import { copyDict, noAttribute } from './collection-methods.ts'
import { dictGet, pyCompare, pyEquals, sortValues } from './compare.ts'
import { raise } from './errors.ts'
import { type Filter, type FilterEnvironment, filter } from './filter.ts'
import { attributeGetter, type ItemKey, ignoreCase, multiAttributeGetter } from './filter-keys.ts'
import { hashKey } from './hash.ts'
import { isIterable, iterate, lengthOf, PyIterator, pyLength, truthy } from './iterate.ts'
import { Markup } from './markup.ts'
import { PyNamedTuple } from './named-tuple.ts'
import { sumValues } from './number-filters.ts'
import { requireIndex } from './numbers.ts'
import { pyStr, textOf } from './str.ts'
import { codePoints } from './text.ts'
import { joined } from './text-filters.ts'
import { typeName } from './type-name.ts'
import { makeUndefined, Undefined } from './undefined.ts'
import { PyDict, PyObject, PySet, PyTuple, type PyValue } from './values.ts'

const caseRule = (caseSensitive: PyValue): ItemKey | undefined => (truthy(caseSensitive) ? undefined : ignoreCase)

function dictSorted([value = null, sensitive = false, by = 'key', reverse = false]: readonly PyValue[]): PyValue {
  const position =
    by === 'key' ? 0 : by === 'value' ? 1 : raise('FilterArgumentError', 'You can only sort by either "key" or "value"')
  if (value instanceof Undefined) value.fail()
  if (!(value instanceof PyDict)) return raise('AttributeError', noAttribute(value, 'items'))
  const pairs = [...value.entries.values()].map((pair) => new PyTuple([pair[0], pair[1]]))
  const rule = caseRule(sensitive)
  const key: ItemKey = (pair) => {
    const part = pair instanceof PyTuple ? (pair.items[position] ?? null) : null
    return rule ? rule(part) : part
  }
  return sortValues(pairs, key, truthy(reverse))
}

function* uniqueItems(value: PyValue, key: ItemKey): Generator<PyValue, void, undefined> {
  const seen = new Set<unknown>()
  for (const item of iterate(value)) {
    const hash = hashKey(key(item))
    if (seen.has(hash)) continue
    seen.add(hash)
    yield item
  }
}

function extreme(
  [value = null, sensitive = false, attribute = null]: readonly PyValue[],
  environment: FilterEnvironment,
  operator: '<' | '>',
): PyValue {
  const key = attributeGetter(attribute, environment, { after: caseRule(sensitive) })
  let best: { readonly item: PyValue; readonly key: PyValue } | undefined
  for (const item of iterate(value)) {
    const own = key(item)
    if (best === undefined || pyCompare(operator, own, best.key)) best = { item, key: own }
  }
  return best ? best.item : makeUndefined(null, environment.undefined, 'No aggregated item, sequence was empty.')
}

function first(value: PyValue, environment: FilterEnvironment): PyValue {
  for (const item of iterate(value)) return item
  return makeUndefined(null, environment.undefined, 'No first item, sequence was empty.')
}

/** The items that Python's reversed() gives; undefined for what cannot be reversed. */
function reversedItems(value: PyValue): PyValue[] | undefined {
  if (value instanceof Undefined) return []
  if (value instanceof PyObject && value.$reversed) return [...iterate(value.$reversed())]
  const text = textOf(value)
  if (text !== undefined) return [...codePoints(text)].reverse()
  if (value instanceof PySet) return undefined
  const viewed = value instanceof PyObject && value.$type.startsWith('dict_')
  const sequence = value instanceof PyObject && value.$len !== undefined && value.$item !== undefined
  if (value instanceof PyObject && !viewed && !sequence) return undefined
  return isIterable(value) && lengthOf(value) !== undefined ? [...iterate(value)].reverse() : undefined
}

function last(value: PyValue, environment: FilterEnvironment): PyValue {
  const items = reversedItems(value) ?? raise('TypeError', `'${typeName(value)}' object is not reversible`)
  return items.length === 0
    ? makeUndefined(null, environment.undefined, 'No last item, sequence was empty.')
    : (items[0] ?? null)
}

function reversed(value: PyValue): PyValue {
  const text = textOf(value)
  if (text !== undefined) {
    const backwards = [...codePoints(text)].reverse().join('')
    return value instanceof Markup ? new Markup(backwards) : backwards
  }
  const items = reversedItems(value)
  if (items) return new PyIterator(items, Array.isArray(value) ? 'list_reverseiterator' : 'reversed')
  if (!isIterable(value)) return raise('FilterArgumentError', 'argument must be iterable')
  return [...iterate(value)].reverse()
}

function* slices(value: PyValue, count: number, fill: PyValue): Generator<PyValue, void, undefined> {
  const items = [...iterate(value)]
  if (count === 0) raise('ZeroDivisionError', 'integer division or modulo by zero')
  const size = Math.floor(items.length / count)
  const extra = items.length - size * count
  let offset = 0
  for (let index = 0; index < count; index++) {
    const start = offset + index * size
    if (index < extra) offset++
    const part = items.slice(start, offset + (index + 1) * size)
    if (fill !== null && index >= extra) part.push(fill)
    yield part
  }
}

function* batches(value: PyValue, size: PyValue, fill: PyValue): Generator<PyValue, void, undefined> {
  let batch: PyValue[] = []
  for (const item of iterate(value)) {
    if (pyEquals(batch.length, size)) {
      yield batch
      batch = []
    }
    batch.push(item)
  }
  if (batch.length === 0) return
  if (fill !== null && pyCompare('<', batch.length, size)) {
    for (let missing = requireIndex(sub(size, batch.length)); missing > 0; missing--) batch.push(fill)
  }
  yield batch
}

function grouped(
  [value = null, attribute = null, fallback = null, sensitive = false]: readonly PyValue[],
  environment: FilterEnvironment,
): PyValue {
  const key = attributeGetter(attribute, environment, { after: caseRule(sensitive), default: fallback })
  const shown = attributeGetter(attribute, environment, { default: fallback })
  const groups: { readonly key: PyValue; readonly items: PyValue[] }[] = []
  for (const item of sortValues([...iterate(value)], key)) {
    const own = key(item)
    const group = groups.at(-1)
    if (group && pyEquals(group.key, own)) group.items.push(item)
    else groups.push({ key: own, items: [item] })
  }
  return groups.map((group) => {
    const grouper = truthy(sensitive) ? group.key : shown(group.items[0] ?? null)
    return new PyNamedTuple(['grouper', 'list'], [grouper, group.items])
  })
}

function* pairsOf(value: PyValue): Generator<PyValue, void, undefined> {
  if (value instanceof Undefined) return
  if (!(value instanceof PyDict)) raise('TypeError', 'Can only get item pairs from a mapping.')
  for (const [key, item] of copyDict(value).entries.values()) yield new PyTuple([key, item])
}

function attributeOf(value: PyValue, name: PyValue, environment: FilterEnvironment): PyValue {
  const attribute = pyAttribute(value, pyStr(name))
  if (attribute !== undefined) return attribute
  const missing = new Undefined(name, 'strict', { owner: { value } })
  return environment.undefined === 'capture' ? missing.capturing() : missing
}

function randomItem(value: PyValue, environment: FilterEnvironment): PyValue {
  const length = pyLength(value)
  if (length === 0) return makeUndefined(null, environment.undefined, 'No random item, sequence was empty.')
  const index = Math.min(Math.floor((environment.random?.() ?? 0) * length), length - 1)
  if (value instanceof PyDict) return dictGet(value, index) ?? raise('KeyError', String(index))
  const item = value instanceof PySet ? null : getItem(value, index)
  if (item !== null && !(item instanceof Undefined)) return item
  if (value instanceof PySet || (value instanceof PyObject && !value.$item && !value.$text)) {
    raise('TypeError', `'${typeName(value)}' object is not subscriptable`)
  }
  return item
}

const value = parameter('value')
const seq = parameter('seq')
const caseSensitive = parameter('case_sensitive', false)
const attribute = parameter('attribute', null)

/** Jinja's filters that look at sequences, apart from map and select (callback-filters.ts). */
export const SEQUENCE_FILTERS: readonly (readonly [string, Filter])[] = [
  ['length', filter('len', [parameter('obj')], ([item = null]) => pyLength(item))],
  ['count', filter('len', [parameter('obj')], ([item = null]) => pyLength(item))],
  ['list', filter('do_list', [value], ([item = null]) => [...iterate(item)])],
  [
    'join',
    filter(
      'do_join',
      [value, parameter('d', ''), attribute],
      (values, environment) => joined(values, attributeGetter(values[2] ?? null, environment)),
      1,
    ),
  ],
  ['first', filter('do_first', [seq], ([item = null], environment) => first(item, environment), 1)],
  ['last', filter('do_last', [seq], ([item = null], environment) => last(item, environment), 1)],
  ['random', filter('do_random', [seq], ([item = null], environment) => randomItem(item, environment), 1)],
  ['reverse', filter('do_reverse', [value], ([item = null]) => reversed(item))],
  [
    'sort',
    filter(
      'do_sort',
      [value, parameter('reverse', false), caseSensitive, attribute],
      ([items = null, reverse = false, sensitive = false, path = null], environment) =>
        sortValues([...iterate(items)], multiAttributeGetter(path, environment, caseRule(sensitive)), truthy(reverse)),
      1,
    ),
  ],
  [
    'dictsort',
    filter('do_dictsort', [value, caseSensitive, parameter('by', 'key'), parameter('reverse', false)], dictSorted),
  ],
  [
    'unique',
    filter(
      'do_unique',
      [value, caseSensitive, attribute],
      ([items = null, sensitive = false, path = null], environment) =>
        new PyIterator(uniqueItems(items, attributeGetter(path, environment, { after: caseRule(sensitive) }))),
      1,
    ),
  ],
  ['min', filter('do_min', [value, caseSensitive, attribute], (values, env) => extreme(values, env, '<'), 1)],
  ['max', filter('do_max', [value, caseSensitive, attribute], (values, env) => extreme(values, env, '>'), 1)],
  [
    'sum',
    filter(
      'do_sum',
      [parameter('iterable'), attribute, parameter('start', 0)],
      ([items = null, path = null, start = 0], environment) => {
        const list = [...iterate(items)]
        return sumValues(path === null ? list : list.map(attributeGetter(path, environment)), start)
      },
      1,
    ),
  ],
  [
    'slice',
    filter(
      'do_slice',
      [value, parameter('slices'), parameter('fill_with', null)],
      ([items = null, count = 0, fill = null]) => new PyIterator(slices(items, requireIndex(count), fill)),
    ),
  ],
  [
    'batch',
    filter(
      'do_batch',
      [value, parameter('linecount'), parameter('fill_with', null)],
      ([items = null, size = 0, fill = null]) => new PyIterator(batches(items, size, fill)),
    ),
  ],
  [
    'groupby',
    filter('do_groupby', [value, parameter('attribute'), parameter('default', null), caseSensitive], grouped, 1),
  ],
  ['items', filter('do_items', [value], ([item = null]) => new PyIterator(pairsOf(item)))],
  [
    'attr',
    filter(
      'do_attr',
      [parameter('obj'), parameter('name')],
      ([item = null, name = null], environment) => attributeOf(item, name, environment),
      1,
    ),
  ],
  ['default', filter('do_default', [value, parameter('default_value', ''), parameter('boolean', false)], defaulted)],
  ['d', filter('do_default', [value, parameter('default_value', ''), parameter('boolean', false)], defaulted)],
]

function defaulted([item = null, other = null, boolean = false]: readonly PyValue[]): PyValue {
  return item instanceof Undefined || (truthy(boolean) && !truthy(item)) ? other : item
}
