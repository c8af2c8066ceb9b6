import { PyDict, PyFloat, PyObject, PySet, PyTuple, type PyValue } from './values.ts'

/** Python's str(): what `{{ value }}` prints. */
export function pyStr(value: PyValue): string {
  if (typeof value === 'string') return value
  if (value instanceof PyObject) return value.$str ? value.$str() : pyRepr(value)
  return represent(value, [])
}

/** Python's repr(). */
export function pyRepr(value: PyValue): string {
  return represent(value, [])
}

function represent(value: PyValue, around: readonly unknown[]): string {
  switch (typeof value) {
    case 'string':
      return quoteText(value)
    case 'number':
      return Number.isInteger(value) ? String(value) : floatText(value)
    case 'bigint':
      return value.toString()
    case 'boolean':
      return value ? 'True' : 'False'
  }
  if (value === null) return 'None'
  if (value instanceof PyFloat) return floatText(value.value)
  if (value instanceof PyObject) return value.$repr ? value.$repr() : `<${value.$type} object>`
  if (Array.isArray(value)) {
    if (around.includes(value)) return '[...]'
    const inside = [...around, value]
    return `[${value.map((item) => represent(item, inside)).join(', ')}]`
  }
  if (value instanceof PyDict) {
    if (around.includes(value)) return '{...}'
    const inside = [...around, value]
    const pairs: string[] = []
    for (const [key, item] of value.entries.values()) {
      pairs.push(`${represent(key, inside)}: ${represent(item, inside)}`)
    }
    return `{${pairs.join(', ')}}`
  }
  const inside = [...around, value]
  if (value instanceof PyTuple) {
    if (around.includes(value)) return '(...)'
    const items = value.items.map((item) => represent(item, inside))
    return items.length === 1 ? `(${items[0]},)` : `(${items.join(', ')})`
  }
  if (value instanceof PySet) {
    if (value.entries.size === 0) return 'set()'
    return `{${[...value.entries.values()].map((item) => represent(item, inside)).join(', ')}}`
  }
  return String(value)
}

/** repr() of a float: the shortest text that reads back, with an exponent below 1e-4 and from 1e16. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf'
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  const [mantissa = '', exponentText = '0'] = value.toExponential().split('e')
  const exponent = Number(exponentText)
  if (exponent < -4 || exponent >= 16) {
    const digits = Math.abs(exponent)
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${digits < 10 ? '0' : ''}${digits}`
  }
  // Between those exponents JavaScript writes no exponent either.
  const plain = String(value)
  return plain.includes('.') ? plain : `${plain}.0`
}

const NEEDS_ESCAPE = /[\\\p{C}\p{Z}]/u
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t', ' ': ' ' }

/** Printable ASCII without quotes and backslashes: its repr is itself in single quotes. */
const PLAIN = /^[ !#-&(-[\]-~]*$/

/** repr() of a string: single quotes unless only they occur in it, non-printable characters escaped. */
export function quoteText(text: string): string {
  if (PLAIN.test(text)) return `'${text}'`
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  if (!NEEDS_ESCAPE.test(text) && !text.includes(quote)) return quote + text + quote
  let out = quote
  for (const character of text) {
    if (character === quote) out += `\\${quote}`
    else if (NEEDS_ESCAPE.test(character)) out += ESCAPES[character] ?? escapeCodePoint(character)
    else out += character
  }
  return out + quote
}

function escapeCodePoint(character: string): string {
  const code = character.codePointAt(0) ?? 0
  const hex = code.toString(16)
  if (code < 0x100) return `\\x${hex.padStart(2, '0')}`
  return code < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`
}

/** A string's own text: of a str, and of an object that stands for one (Markup); undefined for all else. */
export function textOf(value: PyValue): string | undefined {
  if (typeof value === 'string') return value
  return value instanceof PyObject && value.$text ? value.$text() : undefined
}
