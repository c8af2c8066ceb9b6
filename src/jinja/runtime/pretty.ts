import { pyCompare, sortValues } from './compare.ts'
import { pyRepr } from './str.ts'
import { compareText } from './text.ts'
import { typeName } from './type-name.ts'
import { PyDict, PyTuple, type PyValue } from './values.ts'

const WIDTH = 80

/** Python's pprint.pformat: repr() on one line if it fits in 80 columns, else one item a line; dict keys sorted. */
export function prettyText(value: PyValue): string {
  return pretty(value, 0, 0)
}

function pretty(value: PyValue, indent: number, after: number): string {
  const flat = pyRepr(sorted(value))
  if (flat.length <= WIDTH - indent - after) return flat
  if (value instanceof PyDict && value.size > 0) {
    const pairs = sortedPairs(value)
    const lines = pairs.map(([key, item], index) => {
      const head = `${pyRepr(key)}: `
      const last = index === pairs.length - 1
      return head + pretty(item, indent + 1 + head.length, last ? after + 1 : 1)
    })
    return `{${lines.join(`,\n${' '.repeat(indent + 1)}`)}}`
  }
  const tuple = value instanceof PyTuple
  const items = Array.isArray(value) ? value : tuple ? value.items : []
  if (items.length === 0) return flat
  const lines = items.map((item, index) => pretty(item, indent + 1, index === items.length - 1 ? after + 1 : 1))
  const body = lines.join(`,\n${' '.repeat(indent + 1)}`)
  return tuple ? `(${body}${items.length === 1 ? ',' : ''})` : `[${body}]`
}

/** The same value with every dict's keys in order. */
function sorted(value: PyValue): PyValue {
  if (Array.isArray(value)) return value.map(sorted)
  if (value instanceof PyTuple) return new PyTuple(value.items.map(sorted))
  if (!(value instanceof PyDict)) return value
  const dict = new PyDict()
  for (const [key, item] of sortedPairs(value)) dict.entries.set(key, [key, sorted(item)])
  return dict
}

/** By key; keys that have no order among themselves go by type, as pprint does. */
function sortedPairs(dict: PyDict): (readonly [PyValue, PyValue])[] {
  const pairs = [...dict.entries.values()]
  try {
    const keys = sortValues(pairs.map(([key]) => key))
    return keys.map((key) => [key, pairs.find((pair) => pair[0] === key)?.[1] ?? null] as const)
  } catch {
    return pairs.sort(([a], [b]) => {
      const byType = compareText(typeName(a), typeName(b))
      if (byType !== 0) return byType
      return pyCompare('<', a, b) ? -1 : 1
    })
  }
}
