import { PyObject, PyTuple, type PyValue, pyEquals, raise, typeName } from '../jinja/index.ts'
import { Decimal } from './decimal.ts'

/** Order of two cells as agate sorts them: nulls last, everything else as Python compares it. Raises TypeError for values without an order. */
export function compareCells(a: PyValue, b: PyValue): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1
  if (typeof a === 'string' && typeof b === 'string') return a === b ? 0 : a < b ? -1 : 1
  const [left, right] = [Decimal.from(a), Decimal.from(b)]
  if (left !== undefined && right !== undefined) return left.compareTo(right) ?? 0
  if (a instanceof PyTuple && b instanceof PyTuple) return compareLists(a.items, b.items)
  const order = a instanceof PyObject ? a.$compare?.(b) : undefined
  if (order !== undefined) return order
  if (pyEquals(a, b)) return 0
  return raise('TypeError', `'<' not supported between instances of '${typeName(a)}' and '${typeName(b)}'`)
}

function compareLists(a: readonly PyValue[], b: readonly PyValue[]): number {
  for (const [index, item] of a.entries()) {
    if (index >= b.length) return 1
    const order = compareCells(item, b[index] ?? null)
    if (order !== 0) return order
  }
  return a.length - b.length
}
