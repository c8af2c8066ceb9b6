import { PyFloat } from '../jinja/index.ts'

/**
 * True when `value` is what JSON can hold, apart from integral floats, which go to `onFloat` with their path. False for anything that
 * would not come back as it was (infinities, dates, other objects).
 */
export function plainData(
  value: unknown,
  onFloat: (path: readonly string[], value: number) => void,
  path: string[] = [],
): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || value === null) return typeof value !== 'bigint' && typeof value !== 'function'
  if (value instanceof PyFloat) {
    if (!Number.isFinite(value.value)) return false
    onFloat([...path], value.value)
    return true
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== Array.prototype && prototype !== null) return false
  for (const key in value) {
    path.push(key)
    if (!plainData(Reflect.get(value, key), onFloat, path)) return false
    path.pop()
  }
  return true
}
