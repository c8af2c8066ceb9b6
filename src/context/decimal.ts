import { float, int, PyFloat, PyFunction, PyObject, PyTuple, type PyValue, pyStr, raise } from '../jinja/index.ts'
import {
  adjusted,
  aligned,
  digits,
  divideRounded,
  type Finite,
  magnitude,
  normalized,
  ONE,
  PRECISION,
  power,
  quotientOf,
  raised,
  rounded28,
  sumOf,
} from './decimal-digits.ts'
import { formatDecimal } from './decimal-format.ts'

/** Exponent of a quotient that is too small to hold: Etiny of Python's default context. */
const SMALLEST_EXPONENT = -1_000_026

/** Texts that are printed as they are written. */
const PLAIN = /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,5})?$/
const NUMBER = /^([+-])?(?:(\d[\d_]*)?(?:\.([\d_]*))?(?:e([+-]?\d+))?)$/i
const SPECIAL = /^([+-])?(inf(?:inity)?|nan\d*)$/i

/**
 * Python's decimal.Decimal: exact digits with a scale, 28 digits in results, halves rounded to even. What numeric columns of a query are made of.
 */
export class Decimal extends PyObject {
  readonly $type = 'decimal.Decimal'
  /** The value; undefined until it is needed when there is a text. */
  #value: Finite | null | undefined
  /** The digits of a plain number as they were written and as they print: seeds and results have many that nobody reckons with. */
  readonly #plain: string
  /** Of what is not finite: `Infinity`, `-Infinity`, `NaN`. */
  readonly #special: string

  private constructor(finite: Finite | null | undefined, special = '', plain = '') {
    super()
    this.#value = finite
    this.#special = special
    this.#plain = plain
  }

  get #finite(): Finite | null {
    if (this.#value === undefined) this.#value = plainDigits(this.#plain)
    return this.#value
  }

  /** The decimal that a text writes, exactly; undefined when it writes none. White space around is dropped. */
  static parse(text: string): Decimal | undefined {
    if (PLAIN.test(text)) return new Decimal(undefined, '', text)
    const trimmed = asciiDigits(text.trim())
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

  /** The decimal of its parts. */
  static ofDigits(value: Finite): Decimal {
    return new Decimal(value)
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
    return this.#special === ''
  }

  /** Digits behind the point that the value needs, without zeros at the end: 0 for 1.00 and 100. */
  get neededPlaces(): number {
    if (this.#value === undefined) {
      const point = this.#plain.indexOf('.')
      return point < 0 ? 0 : this.#plain.replace(/0+$/, '').length - point - 1
    }
    if (this.#finite === null) return 0
    const { coefficient, exponent } = normalized(this.#finite)
    return coefficient === 0n ? 0 : Math.max(0, -exponent)
  }

  /** Digits before the point. */
  get wholePlaces(): number {
    if (this.#value === undefined) {
      const point = this.#plain.indexOf('.')
      const whole = (point < 0 ? this.#plain.length : point) - (this.#plain.startsWith('-') ? 1 : 0)
      if (whole > 1) return whole
    }
    if (this.#finite === null) return 0
    const { coefficient, exponent } = normalized(this.#finite)
    return digits(coefficient) + exponent
  }

  /** The digits without an exponent, as SQL takes them: `1000`, `0.0000001`, `NaN`. */
  get plainText(): string {
    if (this.#plain !== '') return this.#plain
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

  /** Rounded to the digits that results have. */
  asResult(): Decimal {
    return this.#value === undefined || this.#value === null ? this : new Decimal(rounded28(this.#value))
  }

  /** Times ten to a power, exactly. */
  shifted(places: number): Decimal {
    return this.#finite === null ? this : new Decimal({ ...this.#finite, exponent: this.#finite.exponent + places })
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
    // A whole number stays exact for int().
    const isWhole = this.#finite !== null && this.neededPlaces === 0
    return isWhole ? int(this.toInteger()) : float(this.toNumber())
  }

  override $round(places: number | null): PyValue {
    return places === null ? int(this.rounded(0).toInteger()) : this.rounded(places)
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
    return decimal === undefined ? undefined : (this.compareTo(decimal) ?? invalid())
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
    if (this.#plain !== '') return this.#plain
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
    const negative = a.negative !== b.negative
    switch (operator) {
      case '+':
        return result(sumOf(a, b))
      case '-':
        return result(sumOf(a, { ...b, negative: !b.negative }))
      case '*':
        return result({ negative, coefficient: a.coefficient * b.coefficient, exponent: a.exponent + b.exponent })
      case '/':
        return b.coefficient === 0n ? divisionByZero(a) : result(quotientOf(a, b))
      case '//': {
        if (b.coefficient === 0n) return divisionByZero(a)
        // Towards zero, unlike Python's ints.
        const [left, right] = aligned(a, b)
        return result({ negative, coefficient: magnitude(left / right), exponent: 0 })
      }
      case '%': {
        if (b.coefficient === 0n) return invalid()
        const [left, right, exponent] = aligned(a, b)
        return result({ negative: a.negative, coefficient: magnitude(left % right), exponent })
      }
      case '**':
        return this.#power(a, b)
      default:
        return undefined
    }
  }

  /** Arithmetic where one side is infinite or no number. */
  #operateSpecial(operator: string, other: Decimal): PyValue | undefined {
    if (!['+', '-', '*', '/', '//', '%', '**'].includes(operator)) return undefined
    if (this.#special === 'NaN' || other.#special === 'NaN') return new Decimal(null, 'NaN')
    const negative = this.#isNegative !== other.#isNegative
    const infinity = (minus: boolean): Decimal => new Decimal(null, minus ? '-Infinity' : 'Infinity')
    const bothInfinite = !this.isFinite && !other.isFinite
    switch (operator) {
      case '+':
      case '-': {
        const otherNegative = operator === '+' ? other.#isNegative : !other.#isNegative
        if (bothInfinite && this.#isNegative !== otherNegative) return invalid()
        return infinity(this.isFinite ? otherNegative : this.#isNegative)
      }
      case '*':
        return this.$truth() && other.$truth() ? infinity(negative) : invalid()
      case '%':
        return this.isFinite ? this : invalid()
      case '/':
      case '//':
        if (bothInfinite) return invalid()
        if (!this.isFinite) return infinity(negative)
        return new Decimal({ negative, coefficient: 0n, exponent: operator === '//' ? 0 : SMALLEST_EXPONENT })
      default:
        return Decimal.ofFloat(this.toNumber() ** other.toNumber())
    }
  }

  get #isNegative(): boolean {
    return this.#finite?.negative ?? this.#special.startsWith('-')
  }

  #power(base: Finite, exponent: Finite): Decimal {
    const isWhole = exponent.exponent >= 0 || exponent.coefficient % power(-exponent.exponent) === 0n
    if (!isWhole) return Decimal.ofFloat(Number(this.$str()) ** new Decimal(exponent).toNumber())
    const times = new Decimal(exponent).toInteger()
    if (times < 0n) return result(quotientOf(ONE, rounded28(raised(base, -times))))
    return new Decimal(rounded28(raised(base, times)))
  }

  #quantized(shape: Decimal): Decimal {
    const { exponent } = shape.#finite ?? {}
    return exponent === undefined ? this : this.rounded(-exponent)
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

/** Digits of all scripts are digits to Python. */
function asciiDigits(text: string): string {
  return /^[\0-\x7f]*$/.test(text) ? text : text.replace(/\p{Nd}/gu, (digit) => String(digitValue(digit)))
}

function digitValue(digit: string): number {
  // Scripts have their digits in runs of ten from zero on.
  const code = digit.codePointAt(0) ?? 0
  let zero = code
  while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1
  return (code - zero) % 10
}

function plainDigits(text: string): Finite {
  const negative = text.startsWith('-')
  const digits = negative ? text.slice(1) : text
  const point = digits.indexOf('.')
  if (point < 0) return { negative, coefficient: BigInt(digits), exponent: 0 }
  const coefficient = BigInt(digits.slice(0, point) + digits.slice(point + 1))
  return { negative, coefficient, exponent: point + 1 - digits.length }
}

/** A result as a decimal of 28 digits. */
function result(value: Finite): Decimal {
  return Decimal.ofDigits(rounded28(value))
}

function divisionByZero(dividend: Finite): never {
  return dividend.coefficient === 0n ? invalid() : raise('decimal.DivisionByZero', "[<class 'decimal.DivisionByZero'>]")
}

function invalid(): never {
  return raise('decimal.InvalidOperation', "[<class 'decimal.InvalidOperation'>]")
}

/**
 * How many decimals the values of a column need together: agate's MaxPrecision. Where whole digits and decimals together pass 28, what 28 leaves, which
 * may be negative.
 */
export function decimalPlaces(values: readonly Decimal[]): number {
  let [whole, places] = [1, 0]
  for (const value of values) {
    if (!value.isFinite) continue
    whole = Math.max(whole, value.wholePlaces)
    places = Math.max(places, value.neededPlaces)
  }
  return whole + places > PRECISION ? PRECISION - whole : places
}
