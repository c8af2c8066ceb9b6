import { pyStr } from './str.ts'
import type { PyValue } from './values.ts'

/** Jinja's `~`: the parts' str(), joined. */
export function concat(parts: readonly PyValue[]): string {
  let out = ''
  for (const part of parts) out += typeof part === 'string' ? part : pyStr(part)
  return out
}
