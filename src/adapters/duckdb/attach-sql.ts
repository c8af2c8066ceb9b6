import { type Json, type JsonObject, TdbtError } from '../../core/index.ts'
import { stringLiteral } from './quote.ts'

const OWN_KEYS = ['type', 'secret', 'read_only'] as const

/**
 * ATTACH for an entry of the profile's `attach`: path, alias, type, secret, read_only, and `options` for the rest. Throws T1006
 * where one of them is said twice, or there is no path.
 */
export function attachSql(entry: JsonObject): string {
  const path = entry['path']
  if (typeof path !== 'string' || path === '') {
    throw new TdbtError('T1006', "An entry of `attach` has no 'path'", {
      found: JSON.stringify(entry),
      expected: 'attach: [{path: other.duckdb, alias: other}]',
    })
  }
  const options = isObject(entry['options']) ? entry['options'] : {}
  const twice = OWN_KEYS.filter((key) => entry[key] && key in options)
  if (twice.length > 0) {
    throw new TdbtError('T1006', `${twice.join(', ')} of the attached ${path} is given twice`, {
      hint: 'Keep it beside `path`, or in `options`.',
    })
  }
  const value = (key: (typeof OWN_KEYS)[number]): Json => entry[key] ?? options[key] ?? null
  const parts: string[] = []
  if (value('type')) parts.push(`TYPE ${String(value('type'))}`)
  if (value('secret')) parts.push(`SECRET ${String(value('secret'))}`)
  if (value('read_only')) parts.push('READ_ONLY')
  for (const [key, option] of Object.entries(options)) {
    if (OWN_KEYS.some((own) => own === key)) continue
    if (option === true) parts.push(key.toUpperCase())
    else if (typeof option === 'string') parts.push(`${key.toUpperCase()} ${quoted(option)}`)
    else if (typeof option === 'number') parts.push(`${key.toUpperCase()} ${option}`)
  }
  const alias = typeof entry['alias'] === 'string' ? ` AS ${entry['alias']}` : ''
  return `ATTACH IF NOT EXISTS ${stringLiteral(path)}${alias}${parts.length === 0 ? '' : ` (${parts.join(', ')})`}`
}

/** A value that is quoted already stays as it is. */
function quoted(text: string): string {
  const trimmed = text.trim()
  return /^(['"]).*\1$/s.test(trimmed) && trimmed.length > 1 ? text : stringLiteral(text)
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
