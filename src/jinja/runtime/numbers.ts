import { raise } from './errors.ts'
import { typeName } from './type-name.ts'
import { float, int, PyFloat, type PyValue } from './values.ts'

/** True for int and bool. */
export function isInt(value: PyValue): value is number | bigint | boolean {
  return Number.isInteger(value) || typeof value === 'boolean' || typeof value === 'bigint'
}

/** The value of an int or bool as a JavaScript integer; undefined for all else. */
export function intOf(value: PyValue): number | bigint | undefined {
  if (typeof value === 'number') return Number.isInteger(value) ? value : undefined
  if (typeof value === 'bigint') return value
  return typeof value === 'boolean' ? (value ? 1 : 0) : undefined
}

/** The value of an int, bool or float as a double; undefined for all else. Raises OverflowError for an int too large. */
export function doubleOf(value: PyValue): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value === 'boolean') return value ? 1 : 0
  if (value instanceof PyFloat) return value.value
  if (typeof value !== 'bigint') return undefined
  const double = Number(value)
  return Number.isFinite(double) ? double : raise('OverflowError', 'int too large to convert to float')
}

/** An argument that must be an integer (an index, a count), as a JavaScript number. */
export function requireIndex(value: PyValue): number {
  const integer = intOf(value)
  if (integer === undefined) raise('TypeError', `'${typeName(value)}' object cannot be interpreted as an integer`)
  return Number(integer)
}

/** int ** int ≥ 0, int // int and the like: the exact result in normal form. */
export const big = {
  floorDiv(a: bigint, b: bigint): bigint {
    const quotient = a / b
    return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient
  },
  mod(a: bigint, b: bigint): bigint {
    const rest = a % b
    return rest !== 0n && rest < 0n !== b < 0n ? rest + b : rest
  },
  /** a / b rounded once, as Python's int / int. */
  trueDiv(a: bigint, b: bigint): number {
    if (isSafe(a) && isSafe(b)) return Number(a) / Number(b)
    const negative = a < 0n !== b < 0n
    const numerator = a < 0n ? -a : a
    const denominator = b < 0n ? -b : b
    const shift = bitLength(denominator) - bitLength(numerator) + 66
    const scaled = shift >= 0 ? numerator << BigInt(shift) : numerator
    const divisor = shift >= 0 ? denominator : denominator << BigInt(-shift)
    const quotient = scaled / divisor
    // A rest, however small, decides ties.
    const rounded = Number(scaled % divisor === 0n ? quotient : quotient | 1n)
    const result = scaleByPowerOfTwo(rounded, -shift)
    if (!Number.isFinite(result)) raise('OverflowError', 'integer division result too large for a float')
    return negative ? -result : result
  },
} as const

function isSafe(value: bigint): boolean {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)
}

function bitLength(value: bigint): number {
  const positive = value < 0n ? -value : value
  return positive === 0n ? 0 : positive.toString(2).length
}

function scaleByPowerOfTwo(value: number, exponent: number): number {
  let result = value
  let rest = exponent
  while (rest > 1000) {
    result *= 2 ** 1000
    rest -= 1000
  }
  while (rest < -1000) {
    result *= 2 ** -1000
    rest += 1000
  }
  return result * 2 ** rest
}

const INT_TEXT = /^[+-]?(?:\d+(?:_\d+)*)$/
const FLOAT_TEXT = /^[+-]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+(?:_\d+)*)?$/i
const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyz'
const PREFIXES: Readonly<Record<string, number>> = { '0x': 16, '0o': 8, '0b': 2 }

/** int(text, base); undefined when the text is no such number. */
export function parseInteger(source: string, base = 10): number | bigint | undefined {
  const text = decimalDigits(source.trim()).toLowerCase()
  if (base === 10) return INT_TEXT.test(text) ? int(BigInt(text.replaceAll('_', '').replace(/^\+/, ''))) : undefined
  const match = /^([+-]?)(0[xob])?_?([0-9a-z]+(?:_[0-9a-z]+)*)$/.exec(text)
  if (!match) return undefined
  const [, sign = '', prefix = '', body = ''] = match
  const prefixBase = PREFIXES[prefix]
  const useBase = base === 0 ? (prefixBase ?? 10) : base
  // In base 16 and the like, `0b1` may be digits rather than a prefix.
  const digits = (prefixBase === useBase || prefix === '' ? body : prefix + body).replaceAll('_', '')
  if (base === 0 && prefix === '' && /^0+[1-9]/.test(digits)) return undefined
  let result = 0n
  for (const digit of digits) {
    const value = DIGITS.indexOf(digit)
    if (value < 0 || value >= useBase) return undefined
    result = result * BigInt(useBase) + BigInt(value)
  }
  return int(sign === '-' ? -result : result)
}

/** float(text); undefined when the text is no such number. */
export function parseFloatText(source: string): number | undefined {
  const text = decimalDigits(source.trim())
  const special = /^([+-]?)(inf|infinity|nan)$/i.exec(text)
  if (special) {
    if (special[2]?.toLowerCase() === 'nan') return Number.NaN
    return special[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  }
  return FLOAT_TEXT.test(text) ? Number(text.replaceAll('_', '')) : undefined
}

/** Decimal digits of other scripts, which Python reads too, as ASCII. */
function decimalDigits(text: string): string {
  if (!/[^\x20-\x7e]/.test(text)) return text
  return text.replace(/\p{Nd}/gu, (digit) => {
    let zero = digit.codePointAt(0) ?? 0
    const start = zero
    while (start - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero--
    return String(start - zero)
  })
}

/** int(value) of a number or an object with a number. Raises ValueError and OverflowError for nan and inf. */
export function truncate(value: number): number | bigint {
  if (Number.isNaN(value)) raise('ValueError', 'cannot convert float NaN to integer')
  if (!Number.isFinite(value)) raise('OverflowError', 'cannot convert float infinity to integer')
  const whole = Math.trunc(value)
  return Number.isSafeInteger(whole) ? whole + 0 : int(BigInt(whole))
}

/**
 * Python's round(value, digits) of a double: half to even on the exact binary value. With digits null the result is an int.
 */
export function roundDouble(value: number, digits: number | null): PyValue {
  if (digits === null) {
    if (!Number.isFinite(value)) return truncate(value)
    const floor = Math.floor(value)
    const rest = value - floor
    const up = rest > 0.5 || (rest === 0.5 && floor % 2 !== 0)
    return truncate(up ? floor + 1 : floor)
  }
  if (!Number.isFinite(value) || value === 0 || digits > 323) return float(value)
  if (digits < -308) return float(value < 0 ? -0 : 0)
  return float(Number(fixedText(value, digits)))
}

/** The decimal text of a double with `digits` places (which may be negative), rounded half to even on its exact value. */
export function fixedText(value: number, digits: number): string {
  const [numerator, exponent] = exactFraction(Math.abs(value))
  // value = numerator * 2^exponent; scaled = value * 10^digits
  const ten = 10n ** BigInt(Math.abs(digits))
  let top = digits >= 0 ? numerator * ten : numerator
  let bottom = digits >= 0 ? 1n : ten
  if (exponent >= 0) top <<= BigInt(exponent)
  else bottom <<= BigInt(-exponent)
  let rounded = top / bottom
  const twice = (top % bottom) * 2n
  if (twice > bottom || (twice === bottom && rounded % 2n === 1n)) rounded++
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  if (digits <= 0) return sign + (digits === 0 ? rounded : rounded * ten).toString()
  const text = rounded.toString().padStart(digits + 1, '0')
  return `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`
}

/** A positive finite double as an integer times a power of two. */
export function exactFraction(value: number): readonly [numerator: bigint, exponent: number] {
  if (value === 0) return [0n, 0]
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value)
  const bits = view.getBigUint64(0)
  const exponent = Number((bits >> 52n) & 0x7ffn)
  const fraction = bits & 0xfffffffffffffn
  return exponent === 0 ? [fraction, -1074] : [fraction | (1n << 52n), exponent - 1075]
}
