import { type Json, TdbtError } from '../../core/index.ts'

/** An identifier in double quotes, as SQL asks. */
export function quoteIdentifier(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`
}

export function stringLiteral(text: string): string {
  if (text.includes('\0')) {
    throw new TdbtError('T5007', 'An SQL text cannot hold the character U+0000', {
      found: JSON.stringify(text.slice(0, 60)),
      hint: 'Remove the character from the value.',
    })
  }
  return `'${text.replaceAll("'", "''")}'`
}

/** A value as an SQL literal; lists and objects as their JSON. */
export function literal(value: Json): string {
  if (value === null) return 'null'
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return String(value)
    return `'${Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity'}'::double`
  }
  return stringLiteral(typeof value === 'string' ? value : JSON.stringify(value))
}
