import { raise } from './errors.ts'
import { escapeText, Markup } from './markup.ts'
import { big, doubleOf, intOf, isInt, requireIndex } from './numbers.ts'
import { formatPercent } from './percent-format.ts'
import { precisePower } from './precise-power.ts'
import { textOf } from './str.ts'
import { typeName } from './type-name.ts'
import { Undefined } from './undefined.ts'
import { float, int, PyFloat, PyObject, PySet, PyTuple, type PyValue } from './values.ts'

/** An object's own operator, the left one's first. */
function objectBinary(operator: string, a: PyValue, b: PyValue): PyValue | undefined {
  if (a instanceof PyObject && a.$binary) {
    const result = a.$binary(operator, b, false)
    if (result !== undefined) return result
  }
  return b instanceof PyObject && b.$binary ? b.$binary(operator, a, true) : undefined
}

function unsupported(operator: string, a: PyValue, b: PyValue): never {
  return raise('TypeError', `unsupported operand type(s) for ${operator}: '${typeName(a)}' and '${typeName(b)}'`)
}

/** Python's `+`. */
export function add(a: PyValue, b: PyValue): PyValue {
  if (typeof a === 'string' && typeof b === 'string') return a + b
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b
    if (!Number.isInteger(a) || !Number.isInteger(b)) return float(sum)
    return Number.isSafeInteger(sum) ? sum : int(BigInt(a) + BigInt(b))
  }
  const left = intOf(a)
  const right = intOf(b)
  if (left !== undefined && right !== undefined) return int(BigInt(left) + BigInt(right))
  const x = doubleOf(a)
  const y = doubleOf(b)
  if (x !== undefined && y !== undefined) return float(x + y)
  if (Array.isArray(a) && Array.isArray(b)) return [...a, ...b]
  if (a instanceof PyTuple && b instanceof PyTuple) return new PyTuple([...a.items, ...b.items])
  if (a instanceof Markup || b instanceof Markup) {
    const leftText = textOf(a)
    const rightText = textOf(b)
    if (leftText !== undefined && rightText !== undefined) return new Markup(escapeText(a) + escapeText(b))
  }
  const result = objectBinary('+', a, b)
  if (result !== undefined) return result
  if (typeof a === 'string') raise('TypeError', `can only concatenate str (not "${typeName(b)}") to str`)
  if (Array.isArray(a)) raise('TypeError', `can only concatenate list (not "${typeName(b)}") to list`)
  if (a instanceof PyTuple) raise('TypeError', `can only concatenate tuple (not "${typeName(b)}") to tuple`)
  return unsupported('+', a, b)
}

/** Python's `-`. */
export function sub(a: PyValue, b: PyValue): PyValue {
  if (typeof a === 'number' && typeof b === 'number') {
    const difference = a - b
    if (!Number.isInteger(a) || !Number.isInteger(b)) return float(difference)
    return Number.isSafeInteger(difference) ? difference : int(BigInt(a) - BigInt(b))
  }
  const left = intOf(a)
  const right = intOf(b)
  if (left !== undefined && right !== undefined) return int(BigInt(left) - BigInt(right))
  const x = doubleOf(a)
  const y = doubleOf(b)
  if (x !== undefined && y !== undefined) return float(x - y)
  if (a instanceof PySet && b instanceof PySet) {
    const rest = new PySet()
    for (const [key, item] of a.entries) if (!b.entries.has(key)) rest.entries.set(key, item)
    return rest
  }
  return objectBinary('-', a, b) ?? unsupported('-', a, b)
}

/** Python's `*`. */
export function mul(a: PyValue, b: PyValue): PyValue {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b
    if (!Number.isInteger(a) || !Number.isInteger(b)) return float(product)
    return Number.isSafeInteger(product) ? product + 0 : int(BigInt(a) * BigInt(b))
  }
  const left = intOf(a)
  const right = intOf(b)
  if (left !== undefined && right !== undefined) return int(BigInt(left) * BigInt(right))
  const x = doubleOf(a)
  const y = doubleOf(b)
  if (x !== undefined && y !== undefined) return float(x * y)
  if (a instanceof Markup) return new Markup(repeatText(a.text, requireIndex(b)))
  const object = objectBinary('*', a, b)
  if (object !== undefined) return object
  if (b instanceof Markup) return new Markup(repeatText(b.text, requireIndex(a)))
  if (isSequence(a)) return repeat(a, b)
  if (isSequence(b)) return repeat(b, a)
  return unsupported('*', a, b)
}

function isSequence(value: PyValue): boolean {
  return Array.isArray(value) || value instanceof PyTuple || textOf(value) !== undefined
}

const MAX_REPEATED = 2 ** 28

function repeatText(text: string, count: number): string {
  const times = Math.max(0, count)
  return text.length * times > MAX_REPEATED ? raise('MemoryError', '') : text.repeat(times)
}

function repeat(sequence: PyValue, count: PyValue): PyValue {
  if (!isInt(count)) raise('TypeError', `can't multiply sequence by non-int of type '${typeName(count)}'`)
  const text = textOf(sequence)
  if (text !== undefined) return repeatText(text, Number(intOf(count)))
  const times = Math.max(0, Number(intOf(count)))
  const items = Array.isArray(sequence) ? sequence : sequence instanceof PyTuple ? sequence.items : []
  if (items.length * times > MAX_REPEATED) raise('MemoryError', '')
  const result: PyValue[] = []
  for (let index = 0; index < times; index++) result.push(...items)
  return Array.isArray(sequence) ? result : new PyTuple(result)
}

/** Python's `/`: always a float. */
export function div(a: PyValue, b: PyValue): PyValue {
  const left = intOf(a)
  const right = intOf(b)
  if (left !== undefined && right !== undefined) {
    if (Number(right) === 0) raise('ZeroDivisionError', 'division by zero')
    return float(big.trueDiv(BigInt(left), BigInt(right)))
  }
  const x = doubleOf(a)
  const y = doubleOf(b)
  if (x !== undefined && y !== undefined) {
    if (y === 0) raise('ZeroDivisionError', 'float division by zero')
    return float(x / y)
  }
  return objectBinary('/', a, b) ?? unsupported('/', a, b)
}

/** Python's `//`: rounds down. */
export function floordiv(a: PyValue, b: PyValue): PyValue {
  const left = intOf(a)
  const right = intOf(b)
  if (left !== undefined && right !== undefined) {
    if (Number(right) === 0) raise('ZeroDivisionError', 'integer division or modulo by zero')
    if (typeof left === 'number' && typeof right === 'number') {
      const rest = left % right
      const quotient = (left - rest) / right
      return (rest !== 0 && rest < 0 !== right < 0 ? quotient - 1 : quotient) + 0
    }
    return int(big.floorDiv(BigInt(left), BigInt(right)))
  }
  const x = doubleOf(a)
  const y = doubleOf(b)
  if (x !== undefined && y !== undefined) {
    if (y === 0) raise('ZeroDivisionError', 'float floor division by zero')
    return float(floorDivideDoubles(x, y))
  }
  return objectBinary('//', a, b) ?? unsupported('//', a, b)
}

function floorDivideDoubles(x: number, y: number): number {
  const rest = x % y
  let quotient = (x - rest) / y
  if (rest !== 0 && rest < 0 !== y < 0) quotient -= 1
  if (quotient === 0) return Object.is(x / y, -0) || x / y < 0 ? -0 : 0
  const floor = Math.floor(quotient)
  return quotient - floor > 0.5 ? floor + 1 : floor
}

/** Python's `%`: of numbers with the sign of the right one; of a string, printf formatting. */
export function mod(a: PyValue, b: PyValue): PyValue {
  const text = textOf(a)
  if (text !== undefined) {
    return a instanceof Markup ? new Markup(formatPercent(text, b, true)) : formatPercent(text, b, false)
  }
  const left = intOf(a)
  const right = intOf(b)
  if (left !== undefined && right !== undefined) {
    if (Number(right) === 0) raise('ZeroDivisionError', 'integer modulo by zero')
    if (typeof left === 'number' && typeof right === 'number') {
      const rest = left % right
      return (rest !== 0 && rest < 0 !== right < 0 ? rest + right : rest) + 0
    }
    return int(big.mod(BigInt(left), BigInt(right)))
  }
  const x = doubleOf(a)
  const y = doubleOf(b)
  if (x !== undefined && y !== undefined) {
    if (y === 0) raise('ZeroDivisionError', 'float modulo')
    const rest = x % y
    if (rest === 0) return float(y < 0 ? -0 : 0)
    return float(rest < 0 !== y < 0 ? rest + y : rest)
  }
  return objectBinary('%', a, b) ?? unsupported('%', a, b)
}

const MAX_POWER_BITS = 2 ** 24

/** Python's `**`. */
export function pow(a: PyValue, b: PyValue): PyValue {
  const left = intOf(a)
  const right = intOf(b)
  if (left !== undefined && right !== undefined && right >= 0) {
    const exact = Number(left) ** Number(right)
    if (Number.isSafeInteger(exact)) return exact + 0
    if (Math.log2(Math.abs(Number(left))) * Number(right) > MAX_POWER_BITS) raise('MemoryError', '')
    return int(BigInt(left) ** BigInt(right))
  }
  const x = doubleOf(a)
  const y = doubleOf(b)
  if (x !== undefined && y !== undefined) {
    if (x === 0 && y < 0) raise('ZeroDivisionError', '0.0 cannot be raised to a negative power')
    if (x === 1) return float(1)
    if (x < 0 && Number.isFinite(x) && !Number.isInteger(y) && Number.isFinite(y)) {
      raise('TypeError', 'complex numbers are not supported')
    }
    const power = (x > 0 && Number.isFinite(x) && Number.isFinite(y) ? precisePower(x, y) : undefined) ?? x ** y
    if (!Number.isFinite(power) && Number.isFinite(x) && Number.isFinite(y)) {
      raise('OverflowError', "(34, 'Numerical result out of range')")
    }
    if (x === -1 && !Number.isFinite(y) && !Number.isNaN(y)) return float(1)
    return float(power)
  }
  return objectBinary('**', a, b) ?? unsupported('** or pow()', a, b)
}

/** Python's unary `-`. */
export function neg(value: PyValue): PyValue {
  if (typeof value === 'number') return value === 0 ? 0 : -value
  if (typeof value === 'boolean') return value ? -1 : 0
  if (typeof value === 'bigint') return int(-value)
  if (value instanceof PyFloat) return new PyFloat(-value.value)
  return unary('-', value)
}

/** Python's unary `+`. */
export function pos(value: PyValue): PyValue {
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'number' || typeof value === 'bigint' || value instanceof PyFloat) return value
  return unary('+', value)
}

function unary(operator: '-' | '+', value: PyValue): PyValue {
  if (value instanceof Undefined) return value.fail()
  if (value instanceof PyObject && value.$unary) return value.$unary(operator)
  return raise('TypeError', `bad operand type for unary ${operator}: '${typeName(value)}'`)
}
