import { PyFloat } from '../jinja/index.ts'
import { isRecord } from './native-render.ts'

/** A text that is the same for equal plain data alone; undefined where there is other data. */
export function dataText(value: unknown): string | undefined {
  if (value === undefined) return '-'
  if (typeof value !== 'object' || value === null) {
    return typeof value === 'bigint' || typeof value === 'function' ? undefined : JSON.stringify(value)
  }
  if (value instanceof PyFloat) return `f${value.value}`
  const isList = Array.isArray(value)
  if (!isList && !isRecord(value)) return undefined
  let out = isList ? '[' : '{'
  if (isList) {
    for (const item of value) {
      const text = dataText(item)
      if (text === undefined) return undefined
      out += `${text},`
    }
    return out
  }
  for (const key of Object.keys(value)) {
    const text = dataText(value[key])
    if (text === undefined) return undefined
    out += `${JSON.stringify(key)}:${text},`
  }
  return out
}
