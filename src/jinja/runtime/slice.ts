import { raise } from './errors.ts'
import { Markup } from './markup.ts'
import { intOf } from './numbers.ts'
import { pyRepr, textOf } from './str.ts'
import { codePoints, hasSurrogates } from './text.ts'
import { typeName } from './type-name.ts'
import { Undefined } from './undefined.ts'
import { PyDict, PyObject, PyTuple, type PyValue } from './values.ts'

/** What `x[a:b:c]` passes to a PyObject's $item. */
export class PySlice extends PyObject {
  readonly $type = 'slice'
  readonly start: PyValue
  readonly stop: PyValue
  readonly step: PyValue

  constructor(start: PyValue, stop: PyValue, step: PyValue) {
    super()
    this.start = start
    this.stop = stop
    this.step = step
  }

  /** The items that the slice takes of a sequence. */
  of<T>(items: readonly T[]): T[] {
    return takeSlice(items, this.start, this.stop, this.step)
  }

  override $repr(): string {
    return `slice(${pyRepr(this.start)}, ${pyRepr(this.stop)}, ${pyRepr(this.step)})`
  }
}

/** Python's slice.indices(length). Raises TypeError and ValueError. */
export function sliceBounds(
  start: PyValue,
  stop: PyValue,
  step: PyValue,
  length: number,
): { start: number; stop: number; step: number } {
  const by = part(step) ?? 1
  if (by === 0) raise('ValueError', 'slice step cannot be zero')
  const low = by < 0 ? -1 : 0
  const high = by < 0 ? length - 1 : length
  const place = (value: PyValue, absent: number): number => {
    const index = part(value)
    if (index === null) return absent
    return Math.min(Math.max(index < 0 ? index + length : index, low), high)
  }
  return { start: place(start, by < 0 ? high : low), stop: place(stop, by < 0 ? low : high), step: by }
}

function part(value: PyValue): number | null {
  if (value === null) return null
  const index = intOf(value)
  if (index === undefined) {
    raise('TypeError', 'slice indices must be integers or None or have an __index__ method')
  }
  return Number(index)
}

export function takeSlice<T>(items: readonly T[], start: PyValue, stop: PyValue, step: PyValue): T[] {
  const bounds = sliceBounds(start, stop, step, items.length)
  if (bounds.step === 1) return items.slice(bounds.start, Math.max(bounds.start, bounds.stop))
  const out: T[] = []
  for (let index = bounds.start; bounds.step > 0 ? index < bounds.stop : index > bounds.stop; index += bounds.step) {
    const item = items[index]
    if (item !== undefined) out.push(item)
  }
  return out
}

function sliceText(text: string, start: PyValue, stop: PyValue, step: PyValue): string {
  if ((step === null || step === 1) && !hasSurrogates(text)) {
    const bounds = sliceBounds(start, stop, step, text.length)
    return text.slice(bounds.start, Math.max(bounds.start, bounds.stop))
  }
  return takeSlice(codePoints(text), start, stop, step).join('')
}

/** Python's `value[start:stop:step]`. Raises TypeError for what cannot be sliced. */
export function slice(value: PyValue, start: PyValue, stop: PyValue, step: PyValue): PyValue {
  if (typeof value === 'string') return sliceText(value, start, stop, step)
  if (Array.isArray(value)) return takeSlice(value, start, stop, step)
  if (value instanceof PyTuple) return new PyTuple(takeSlice(value.items, start, stop, step))
  if (value instanceof Undefined) return value.$item()
  if (value instanceof PyObject) {
    const text = textOf(value)
    if (text !== undefined) {
      const taken = sliceText(text, start, stop, step)
      return value instanceof Markup ? new Markup(taken) : taken
    }
    const taken = value.$item?.(new PySlice(start, stop, step))
    if (taken !== undefined) return taken
    if (value.$item) raise('TypeError', `${value.$type} indices must be integers`)
  }
  if (value instanceof PyDict) raise('TypeError', "unhashable type: 'slice'")
  return raise('TypeError', `'${typeName(value)}' object is not subscriptable`)
}
