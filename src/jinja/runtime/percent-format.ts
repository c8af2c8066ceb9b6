import { dictGet } from './compare.ts'
import { raise } from './errors.ts'
import { exponentText, formattableDouble, generalText } from './format-spec.ts'
import { escapeText } from './markup.ts'
import { fixedText, intOf, truncate } from './numbers.ts'
import { pyRepr, pyStr, textOf } from './str.ts'
import { codePoints, textLength } from './text.ts'
import { typeName } from './type-name.ts'
import { Undefined } from './undefined.ts'
import { PyDict, PyObject, PyTuple, type PyValue } from './values.ts'

const DIRECTIVE = /%(?:\(([^)]*)\))?([-+ #0]*)(\*|\d+)?(?:\.(\*|\d*))?[hlL]?([\s\S]?)/gu

/** Python's `text % value`; `escaping` is Markup's, which escapes every str() and repr(). */
export function formatPercent(text: string, value: PyValue, escaping: boolean): string {
  const single = !(value instanceof PyTuple)
  const args = value instanceof PyTuple ? value.items : [value]
  let next = 0
  let usedMapping = false
  const take = (): PyValue => {
    if (next >= args.length) raise('TypeError', 'not enough arguments for format string')
    return args[next++] ?? null
  }
  const width = (source: string | undefined): number | undefined => {
    if (source !== '*') return source === undefined ? undefined : Number(source || '0')
    const given = intOf(take())
    return given === undefined ? raise('TypeError', '* wants int') : Number(given)
  }
  const out = text.replace(DIRECTIVE, (_all, key: string | undefined, flags: string, wide, exact, code: string, at) => {
    if (code === '') raise('ValueError', 'incomplete format')
    let minimum = width(wide) ?? 0
    let left = flags.includes('-')
    if (minimum < 0) {
      left = true
      minimum = -minimum
    }
    const precision = width(exact)
    if (code === '%' && key === undefined) return '%'
    let item: PyValue
    if (key !== undefined) {
      usedMapping = true
      item = mapped(value, key)
    } else item = take()
    const body = convert(item, code, flags, precision, escaping, at + _all.length - 1)
    return padded(body, minimum, left, flags.includes('0') && 'diouxXeEfFgG'.includes(code))
  })
  const leftOver = next < args.length && !usedMapping
  // A lone mapping (or anything with items) that no directive used is no error.
  if (leftOver && !(single && next === 0 && hasItems(value))) {
    raise('TypeError', 'not all arguments converted during string formatting')
  }
  return out
}

function hasItems(value: PyValue): boolean {
  return (
    value instanceof PyDict ||
    Array.isArray(value) ||
    (value instanceof PyObject && value.$item !== undefined && value.$text === undefined)
  )
}

function mapped(value: PyValue, key: string): PyValue {
  if (value instanceof PyDict) return dictGet(value, key) ?? raise('KeyError', pyRepr(key))
  if (value instanceof PyObject && value.$item) return value.$item(key) ?? raise('KeyError', pyRepr(key))
  return raise('TypeError', 'format requires a mapping')
}

function convert(
  item: PyValue,
  code: string,
  flags: string,
  precision: number | undefined,
  escaping: boolean,
  offset: number,
): string {
  switch (code) {
    case 's':
    case 'r':
    case 'a': {
      const text = code === 's' ? pyStr(item) : pyRepr(item)
      const shown = escaping ? escapeText(code === 's' ? item : text) : text
      return precision === undefined ? shown : codePoints(shown).slice(0, precision).join('')
    }
    case 'c':
      return character(item)
    case 'd':
    case 'i':
    case 'u':
      return integerText(item, code, flags, precision, 10)
    case 'o':
      return integerText(item, code, flags, precision, 8)
    case 'x':
    case 'X':
      return integerText(item, code, flags, precision, 16)
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
      return doubleText(item, code, flags, precision ?? 6)
    default: {
      const hex = (code.codePointAt(0) ?? 0).toString(16)
      return raise('ValueError', `unsupported format character '${code}' (0x${hex}) at index ${offset}`)
    }
  }
}

function character(item: PyValue): string {
  const text = textOf(item)
  if (text !== undefined) {
    if (textLength(text) !== 1) raise('TypeError', '%c requires int or char')
    return text
  }
  const code = intOf(item)
  if (code === undefined) raise('TypeError', '%c requires int or char')
  if (code < 0 || code > 0x10ffff) raise('OverflowError', '%c arg not in range(0x110000)')
  return String.fromCodePoint(Number(code))
}

function integerText(item: PyValue, code: string, flags: string, precision: number | undefined, radix: number): string {
  if (radix === 10 && item instanceof Undefined) item.fail()
  let value = intOf(item)
  if (value === undefined) {
    const double = formattableDouble(item)
    if (double === undefined || radix !== 10) {
      const wanted = radix === 10 ? 'a real number is required' : 'an integer is required'
      raise('TypeError', `%${code} format: ${wanted}, not ${typeName(item)}`)
    }
    value = truncate(double)
  }
  const whole = BigInt(value)
  let digits = (whole < 0n ? -whole : whole).toString(radix)
  if (precision !== undefined) digits = digits.padStart(precision, '0')
  if (code === 'X') digits = digits.toUpperCase()
  const prefix = flags.includes('#') && radix !== 10 ? `0${code}` : ''
  return signOf(whole < 0n, flags) + prefix + digits
}

function doubleText(item: PyValue, code: string, flags: string, precision: number): string {
  if (item instanceof Undefined) item.fail()
  const value = formattableDouble(item)
  if (value === undefined) return raise('TypeError', `must be real number, not ${typeName(item)}`)
  const sign = signOf(value < 0 || Object.is(value, -0), flags)
  const size = Math.abs(value)
  const point = precision === 0 && flags.includes('#')
  let body: string
  if (!Number.isFinite(size)) body = Number.isNaN(size) ? 'nan' : 'inf'
  else if (code === 'f' || code === 'F') body = fixedText(size, precision) + (point ? '.' : '')
  else if (code === 'e' || code === 'E') body = exponentText(size, precision).replace('e', point ? '.e' : 'e')
  else body = generalText(size, precision || 1, flags.includes('#'), false)
  return sign + (code === code.toUpperCase() ? body.toUpperCase() : body)
}

function signOf(negative: boolean, flags: string): string {
  if (negative) return '-'
  return flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : ''
}

function padded(body: string, minimum: number, left: boolean, zeros: boolean): string {
  const missing = minimum - textLength(body)
  if (missing <= 0) return body
  if (left) return body + ' '.repeat(missing)
  if (!zeros) return ' '.repeat(missing) + body
  const sign = /^[-+ ]?(?:0[xXo])?/.exec(body)?.[0] ?? ''
  return sign + '0'.repeat(missing) + body.slice(sign.length)
}
