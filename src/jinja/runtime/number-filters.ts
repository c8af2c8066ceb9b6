import { parameter } from './arguments.ts'
import { add, div, mul, neg, pow } from './arithmetic.ts'
import { pyCompare } from './compare.ts'
import { JinjaError, raise } from './errors.ts'
import { type Filter, filter } from './filter.ts'
import { doubleOf, intOf, parseFloatText, parseInteger, requireIndex, roundDouble, truncate } from './numbers.ts'
import { pyRepr, textOf } from './str.ts'
import { typeName } from './type-name.ts'
import { Undefined } from './undefined.ts'
import { float, int, PyFloat, PyObject, type PyValue } from './values.ts'

/** Python's int(value, base). Raises ValueError, TypeError and OverflowError. */
export function toInt(value: PyValue, base = 10): number | bigint {
  const text = textOf(value)
  if (text !== undefined) {
    if (base !== 0 && (base < 2 || base > 36)) raise('ValueError', 'int() base must be >= 2 and <= 36, or 0')
    const parsed = parseInteger(text, base)
    return parsed ?? raise('ValueError', `invalid literal for int() with base ${base}: ${pyRepr(value)}`)
  }
  const integer = intOf(value)
  if (integer !== undefined) return integer
  const double = doubleOf(value)
  if (double !== undefined) return truncate(double)
  if (value instanceof Undefined) return value.fail()
  if (value instanceof PyObject && value.$number) {
    const number = value.$number()
    return number instanceof PyFloat ? truncate(number.value) : typeof number === 'number' ? truncate(number) : number
  }
  return raise(
    'TypeError',
    `int() argument must be a string, a bytes-like object or a real number, not '${typeName(value)}'`,
  )
}

/** Python's float(value) as a double. Raises ValueError, TypeError and OverflowError. */
export function toFloat(value: PyValue): number {
  const text = textOf(value)
  if (text !== undefined) {
    return parseFloatText(text) ?? raise('ValueError', `could not convert string to float: ${pyRepr(value)}`)
  }
  const double = doubleOf(value)
  if (double !== undefined) return double
  if (value instanceof Undefined) return value.fail()
  if (value instanceof PyObject && value.$number) {
    const number = value.$number()
    return number instanceof PyFloat ? number.value : Number(number)
  }
  return raise('TypeError', `float() argument must be a string or a real number, not '${typeName(value)}'`)
}

/** The result of `work`, or undefined when it raises one of the classes. */
function unless<T>(classes: readonly string[], work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    if (error instanceof JinjaError && classes.includes(error.pythonClass)) return undefined
    throw error
  }
}

function intFilter([value = null, fallback = 0, base = 10]: readonly PyValue[]): PyValue {
  const direct = unless(['TypeError', 'ValueError'], () =>
    textOf(value) === undefined ? toInt(value) : toInt(value, requireIndex(base)),
  )
  if (direct !== undefined) return direct
  // So that "42.23"|int gives 42.
  return unless(['TypeError', 'ValueError', 'OverflowError'], () => truncate(toFloat(value))) ?? fallback
}

function floatFilter([value = null, fallback = new PyFloat(0)]: readonly PyValue[]): PyValue {
  const double = unless(['TypeError', 'ValueError'], () => toFloat(value))
  return double === undefined ? fallback : float(double)
}

/** Python's abs(). */
export function absolute(value: PyValue): PyValue {
  if (doubleOf(value) !== undefined || typeof value === 'bigint') {
    if (typeof value === 'boolean') return value ? 1 : 0
    if (value instanceof PyFloat) return new PyFloat(Math.abs(value.value))
    return pyCompare('<', value, 0) ? neg(value) : value
  }
  if (value instanceof PyObject && value.$unary) return pyCompare('<', value, 0) ? value.$unary('-') : value
  return raise('TypeError', `bad operand type for abs(): '${typeName(value)}'`)
}

/** Python's round(value, digits); None gives an int. Raises TypeError for what cannot be rounded. */
export function roundValue(value: PyValue, digits: PyValue): PyValue {
  const integer = intOf(value)
  const double = integer === undefined ? doubleOf(value) : undefined
  const object = value instanceof PyObject ? value : undefined
  if (integer === undefined && double === undefined && !object?.$round) {
    raise('TypeError', `type ${typeName(value)} doesn't define __round__ method`)
  }
  const places = digits === null ? null : requireIndex(digits)
  if (integer !== undefined) return roundInteger(BigInt(integer), places)
  return double === undefined ? (object?.$round?.(places) ?? null) : roundDouble(double, places)
}

/** To a power of ten, half to even. */
function roundInteger(whole: bigint, digits: number | null): PyValue {
  if (digits === null || digits >= 0) return int(whole)
  const unit = 10n ** BigInt(-digits)
  const rest = ((whole % unit) + unit) % unit
  const low = whole - rest
  const up = rest * 2n > unit || (rest * 2n === unit && (low / unit) % 2n !== 0n)
  return int(up ? low + unit : low)
}

function roundFilter([value = null, precision = 0, method = 'common']: readonly PyValue[]): PyValue {
  const how = textOf(method)
  if (how !== 'common' && how !== 'ceil' && how !== 'floor') {
    return raise('FilterArgumentError', 'method must be common, ceil or floor')
  }
  if (how === 'common') return roundValue(value, precision)
  const scale = pow(10, precision)
  const scaled = mul(value, scale)
  const double = doubleOf(scaled)
  if (double === undefined) return raise('TypeError', `must be real number, not ${typeName(scaled)}`)
  const whole = Number.isInteger(double) ? scaled : truncate(how === 'ceil' ? Math.ceil(double) : Math.floor(double))
  return div(whole instanceof PyFloat ? truncate(double) : whole, scale)
}

/** Python's sum(items, start). */
export function sumValues(items: Iterable<PyValue>, start: PyValue): PyValue {
  if (textOf(start) !== undefined) raise('TypeError', "sum() can't sum strings [use ''.join(seq) instead]")
  let total = start
  for (const item of items) total = add(total, item)
  return total
}

const value = parameter('value')

/** Jinja's filters that make numbers. */
export const NUMBER_FILTERS: readonly (readonly [string, Filter])[] = [
  ['int', filter('do_int', [value, parameter('default', 0), parameter('base', 10)], intFilter)],
  ['float', filter('do_float', [value, parameter('default', new PyFloat(0))], floatFilter)],
  ['abs', filter('abs', [parameter('x')], ([number = null]) => absolute(number))],
  ['round', filter('do_round', [value, parameter('precision', 0), parameter('method', 'common')], roundFilter)],
]
