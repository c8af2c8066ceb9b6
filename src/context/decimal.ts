import {
  float,
  int,
  PyFloat,
  PyFunction,
  PyObject,
  PyTuple,
  type PyValue,
  pyStr,
  raise,
  typeName,
} from '../jinja/index.ts'
import { formatDecimal } from './decimal-format.ts'

/** Digits that results are rounded to: those of Python's default decimal context. */
const PRECISION = 28

/** A finite decimal is (-1)^negative × coefficient × 10^exponent. */
interface Finite {
  readonly negative: boolean
  readonly coefficient: bigint
  readonly exponent: number
}

const NUMBER = /^([+-])?(?:(\d[\d_]*)?(?:\.([\d_]*))?(?:e([+-]?\d+))?)$/i
const SPECIAL = /^([+-])?(inf(?:inity)?|s?nan\d*)$/i

/**
 * Python's decimal.Decimal: exact digits with a scale, 28 digits in results, halves rounded to even. What numeric columns of a query are made of.
 */
export class Decimal extends PyObject {
  readonly $type = 'decimal.Decimal'
  readonly #finite: Finite | null
  /** Of what is not finite: `Infinity`, `-Infinity`, `NaN`. */
  readonly #special: string

  private constructor(finite: Finite | null, special = '') {
    super()
    this.#finite = finite
    this.#special = special
  }

  /** The decimal that a text writes, exactly; undefined when it writes none. White space around is dropped. */
  static parse(text: string): Decimal | undefined {
    const trimmed = text.trim()
    const match = NUMBER.exec(trimmed)
    if (match !== null) {
      const [, sign, whole, fraction, exponent] = match
      const before = (whole ?? '').replaceAll('_', '')
      const after = (fraction ?? '').replaceAll('_', '')
      if (before + after !== '') {
        return new Decimal({
          negative: sign === '-',
          coefficient: BigInt(before + after),
          exponent: Number(exponent ?? 0) - after.length,
        })
      }
    }
    const special = SPECIAL.exec(trimmed)
    if (special === null) return undefined
    const minus = special[1] === '-' ? '-' : ''
    return new Decimal(null, /^i/i.test(special[2] ?? '') ? `${minus}Infinity` : 'NaN')
  }

  /** The decimal of an int, exactly. */
  static ofInteger(value: number | bigint): Decimal {
    const whole = BigInt(value)
    return new Decimal({ negative: whole < 0n, coefficient: whole < 0n ? -whole : whole, exponent: 0 })
  }

  /** The decimal that repr() of a float writes: 0.1 for 0.1. */
  static ofFloat(value: number): Decimal {
    return Decimal.parse(pyStr(float(value))) ?? new Decimal(null, 'NaN')
  }

  get isFinite(): boolean {
    return this.#finite !== null
  }

  /** Digits behind the point that the value needs, without zeros at the end: 0 for 1.00 and 100. */
  get neededPlaces(): number {
    if (this.#finite === null) return 0
    const { coefficient, exponent } = normalized(this.#finite)
    return coefficient === 0n ? 0 : Math.max(0, -exponent)
  }

  /** Digits before the point. */
  get wholePlaces(): number {
    if (this.#finite === null) return 0
    const { coefficient, exponent } = normalized(this.#finite)
    return digits(coefficient) + exponent
  }

  /** The digits without an exponent, as SQL takes them: `1000`, `0.0000001`, `NaN`. */
  get plainText(): string {
    if (this.#finite === null) return this.#special
    const { negative, coefficient, exponent } = this.#finite
    const text = coefficient.toString()
    const sign = negative ? '-' : ''
    if (exponent >= 0) return sign + (coefficient === 0n ? '0' : text + '0'.repeat(exponent))
    const padded = text.padStart(1 - exponent, '0')
    return `${sign}${padded.slice(0, exponent)}.${padded.slice(exponent)}`
  }

  /** The nearest double. */
  toNumber(): number {
    return this.#finite === null ? Number(this.#special) : Number(this.$str())
  }

  /** The whole part, towards zero. Raises what Python raises for NaN and infinity. */
  toInteger(): bigint {
    if (this.#finite === null) {
      return this.#special === 'NaN'
        ? raise('ValueError', 'cannot convert NaN to integer')
        : raise('OverflowError', 'cannot convert Infinity to integer')
    }
    const { negative, coefficient, exponent } = this.#finite
    const whole = exponent >= 0 ? coefficient * power(exponent) : coefficient / power(-exponent)
    return negative ? -whole : whole
  }

  /** Rounded half to even at so many digits behind the point (negative: before it). */
  rounded(places: number): Decimal {
    if (this.#finite === null) return this
    const { negative, coefficient, exponent } = this.#finite
    const goal = -places
    const rounded =
      exponent >= goal ? coefficient * power(exponent - goal) : divideRounded(coefficient, power(goal - exponent))
    return new Decimal({ negative, coefficient: rounded, exponent: goal })
  }

  /** Ordering; undefined with NaN. */
  compareTo(other: Decimal): number | undefined {
    if (this.#special === 'NaN' || other.#special === 'NaN') return undefined
    const [a, b] = [this.#finite, other.#finite]
    if (a === null || b === null) return Math.sign(this.#rank() - other.#rank())
    const [left, right] = aligned(a, b)
    return left < right ? -1 : left > right ? 1 : 0
  }

  override $attr(name: string): PyValue | undefined {
    switch (name) {
      case 'real':
        return this
      case 'is_nan':
        return new PyFunction(name, () => this.#special === 'NaN')
      case 'is_infinite':
        return new PyFunction(name, () => this.#special.endsWith('Infinity'))
      case 'is_finite':
        return new PyFunction(name, () => this.isFinite)
      case 'is_zero':
        return new PyFunction(name, () => this.#finite?.coefficient === 0n)
      case 'is_signed':
        return new PyFunction(name, () => this.#finite?.negative ?? this.#special.startsWith('-'))
      case 'normalize':
        return new PyFunction(name, () =>
          this.#finite === null ? this : new Decimal(normalized(rounded28(this.#finite))),
        )
      case 'to_integral':
      case 'to_integral_value':
        return new PyFunction(name, () => ((this.#finite?.exponent ?? 0) >= 0 ? this : this.rounded(0)))
      case 'quantize':
        return new PyFunction(name, ([like]) => {
          const shape = like instanceof Decimal ? like : Decimal.from(like ?? null)
          return shape === undefined ? this : this.#quantized(shape)
        })
      case 'copy_abs':
        return new PyFunction(name, () => this.#signed(false))
      case 'copy_negate':
        return new PyFunction(name, () => this.#signed(!(this.#finite?.negative ?? false)))
      case 'as_tuple':
        return new PyFunction(name, () => this.#tuple())
      case 'adjusted':
        return new PyFunction(name, () => (this.#finite === null ? 0 : adjusted(this.#finite)))
      default:
        return undefined
    }
  }

  override $number(): number | bigint | PyFloat {
    return float(this.toNumber())
  }

  override $truth(): boolean {
    return this.#finite?.coefficient !== 0n
  }

  override $eq(other: PyValue): boolean {
    const decimal = Decimal.from(other)
    return decimal !== undefined && this.compareTo(decimal) === 0
  }

  override $compare(other: PyValue): number | undefined {
    const decimal = Decimal.from(other)
    return decimal === undefined ? undefined : (this.compareTo(decimal) ?? Number.NaN)
  }

  override $hash(): string {
    return this.#finite === null ? this.#special : new Decimal(normalized(this.#finite)).$str()
  }

  override $unary(operator: '-' | '+'): PyValue {
    if (this.#finite === null) {
      const flipped = this.#special.startsWith('-') ? this.#special.slice(1) : `-${this.#special}`
      return operator === '+' || this.#special === 'NaN' ? this : new Decimal(null, flipped)
    }
    const value = rounded28(this.#finite)
    const negative = operator === '-' ? !value.negative && value.coefficient !== 0n : value.negative
    return new Decimal({ ...value, negative })
  }

  override $binary(operator: string, other: PyValue, reflected: boolean): PyValue | undefined {
    // Python mixes decimals with ints, never with floats.
    if (!(other instanceof Decimal) && typeof other === 'number' && !Number.isInteger(other)) return undefined
    if (other instanceof PyFloat) return undefined
    const decimal = Decimal.from(other)
    if (decimal === undefined) return undefined
    return reflected ? decimal.#operate(operator, this) : this.#operate(operator, decimal)
  }

  override $format(spec: string): string {
    return formatDecimal(this, spec)
  }

  override $str(): string {
    if (this.#finite === null) return this.#special
    const { negative, coefficient, exponent } = this.#finite
    const text = coefficient.toString()
    const sign = negative ? '-' : ''
    const position = exponent + text.length
    if (exponent <= 0 && position > -6) {
      if (exponent === 0) return sign + text
      const padded = text.padStart(1 - exponent, '0')
      return `${sign}${padded.slice(0, exponent)}.${padded.slice(exponent)}`
    }
    const mantissa = text.length === 1 ? text : `${text[0]}.${text.slice(1)}`
    const power = position - 1
    return `${sign}${mantissa}E${power < 0 ? '-' : '+'}${Math.abs(power)}`
  }

  override $repr(): string {
    return `Decimal('${this.$str()}')`
  }

  /** A number of any kind as a decimal; floats with their exact value's shortest text. Undefined for what is no number. */
  static from(value: PyValue): Decimal | undefined {
    if (value instanceof Decimal) return value
    if (typeof value === 'bigint') return Decimal.ofInteger(value)
    if (typeof value === 'boolean') return Decimal.ofInteger(value ? 1 : 0)
    if (typeof value === 'number') return Number.isInteger(value) ? Decimal.ofInteger(value) : Decimal.ofFloat(value)
    return value instanceof PyFloat ? Decimal.ofFloat(value.value) : undefined
  }

  #operate(operator: string, other: Decimal): PyValue | undefined {
    const [a, b] = [this.#finite, other.#finite]
    if (a === null || b === null) return this.#operateSpecial(operator, other)
    switch (operator) {
      case '+':
      case '-': {
        const [left, right, exponent] = aligned(a, b)
        return fromSigned(operator === '+' ? left + right : left - right, exponent)
      }
      case '*':
        return fromSigned(signed(a) * signed(b), a.exponent + b.exponent)
      case '/':
        return b.coefficient === 0n ? divisionByZero(a) : divide(a, b)
      case '//': {
        if (b.coefficient === 0n) return divisionByZero(a)
        const [left, right] = aligned(a, b)
        return fromSigned(left / right, 0) // Towards zero, unlike Python's ints.
      }
      case '%': {
        if (b.coefficient === 0n) return raise('decimal.InvalidOperation', "[<class 'decimal.InvalidOperation'>]")
        const [left, right, exponent] = aligned(a, b)
        return fromSigned(left % right, exponent)
      }
      case '**':
        return this.#power(a, b)
      default:
        return undefined
    }
  }

  #operateSpecial(operator: string, other: Decimal): PyValue | undefined {
    if (!['+', '-', '*', '/', '//', '%', '**'].includes(operator)) return undefined
    const [a, b] = [this.toNumber(), other.toNumber()]
    const result = operator === '+' ? a + b : operator === '-' ? a - b : operator === '*' ? a * b : a / b
    return Decimal.ofFloat(result)
  }

  #power(base: Finite, exponent: Finite): Decimal {
    const isWhole = exponent.exponent >= 0 || exponent.coefficient % power(-exponent.exponent) === 0n
    if (!isWhole) return Decimal.ofFloat(Number(this.$str()) ** new Decimal(exponent).toNumber())
    const times = new Decimal(exponent).toInteger()
    if (times < 0n) return divide(ONE, rounded28({ ...raised(base, -times) }))
    return new Decimal(rounded28(raised(base, times)))
  }

  #quantized(shape: Decimal): Decimal {
    return shape.#finite === null ? this : this.rounded(-shape.#finite.exponent)
  }

  #rank(): number {
    if (this.#finite !== null) return 0
    return this.#special.startsWith('-') ? -1 : 1
  }

  #signed(negative: boolean): Decimal {
    return this.#finite === null ? this : new Decimal({ ...this.#finite, negative })
  }

  #tuple(): PyValue {
    const { negative, coefficient, exponent } = this.#finite ?? { negative: false, coefficient: 0n, exponent: 0 }
    return new PyTuple([negative ? 1 : 0, new PyTuple([...coefficient.toString()].map(Number)), exponent])
  }
}

const ONE: Finite = { negative: false, coefficient: 1n, exponent: 0 }

function fromSigned(value: bigint, exponent: number): Decimal {
  const decimal = rounded28({ negative: value < 0n, coefficient: value < 0n ? -value : value, exponent })
  return decimalOf(decimal)
}

function decimalOf({ negative, coefficient, exponent }: Finite): Decimal {
  const parsed = Decimal.parse(`${negative ? '-' : ''}${coefficient}e${exponent}`)
  return parsed ?? Decimal.ofInteger(0)
}

function signed({ negative, coefficient }: Finite): bigint {
  return negative ? -coefficient : coefficient
}

/** Both as signed integers of one exponent, the smaller. */
function aligned(a: Finite, b: Finite): readonly [bigint, bigint, number] {
  const exponent = Math.min(a.exponent, b.exponent)
  return [signed(a) * power(a.exponent - exponent), signed(b) * power(b.exponent - exponent), exponent]
}

function power(exponent: number): bigint {
  return 10n ** BigInt(exponent)
}

function raised(base: Finite, times: bigint): Finite {
  return {
    negative: base.negative && times % 2n === 1n,
    coefficient: base.coefficient ** times,
    exponent: base.exponent * Number(times),
  }
}

function digits(coefficient: bigint): number {
  return coefficient.toString().length
}

function adjusted({ coefficient, exponent }: Finite): number {
  return digits(coefficient) + exponent - 1
}

/** a / b of whole numbers, halves to even. */
function divideRounded(a: bigint, b: bigint): bigint {
  const quotient = a / b
  const twice = (a % b) * 2n
  if (twice > b || (twice === b && quotient % 2n === 1n)) return quotient + 1n
  return quotient
}

function rounded28(value: Finite): Finite {
  const excess = digits(value.coefficient) - PRECISION
  if (excess <= 0) return value
  const coefficient = divideRounded(value.coefficient, power(excess))
  return rounded28({ ...value, coefficient, exponent: value.exponent + excess })
}

/** Without zeros at the end. */
function normalized(value: Finite): Finite {
  if (value.coefficient === 0n) return { ...value, exponent: 0 }
  const text = value.coefficient.toString()
  const stripped = text.replace(/0+$/, '')
  return { ...value, coefficient: BigInt(stripped), exponent: value.exponent + text.length - stripped.length }
}

/** a / b to 28 digits; exact quotients keep the scale a - b, as Python's. */
function divide(a: Finite, b: Finite): Decimal {
  const negative = a.negative !== b.negative
  const ideal = a.exponent - b.exponent
  if (a.coefficient === 0n) return decimalOf({ negative, coefficient: 0n, exponent: ideal })
  const shift = Math.max(0, digits(b.coefficient) - digits(a.coefficient) + PRECISION + 1)
  const numerator = a.coefficient * power(shift)
  const quotient = numerator / b.coefficient
  const exact = numerator % b.coefficient === 0n
  let result: Finite = { negative, coefficient: quotient, exponent: ideal - shift }
  if (!exact) {
    // A digit behind the last one keeps the rounding honest where the quotient does not end.
    result = { negative, coefficient: quotient * 10n + 1n, exponent: ideal - shift - 1 }
    return decimalOf(rounded28(result))
  }
  while (result.exponent < ideal && result.coefficient % 10n === 0n) {
    result = { ...result, coefficient: result.coefficient / 10n, exponent: result.exponent + 1 }
  }
  return decimalOf(rounded28(result))
}

function divisionByZero(dividend: Finite): never {
  return dividend.coefficient === 0n
    ? raise('decimal.InvalidOperation', "[<class 'decimal.DivisionUndefined'>]")
    : raise('decimal.DivisionByZero', "[<class 'decimal.DivisionByZero'>]")
}

/** int(), as a value in normal form. */
export function decimalToInt(value: Decimal): number | bigint {
  return int(value.toInteger())
}

/** A value as a Decimal, or Python's TypeError. */
export function requireDecimal(value: PyValue): Decimal {
  return Decimal.from(value) ?? raise('TypeError', `conversion from ${typeName(value)} to Decimal is not supported`)
}
