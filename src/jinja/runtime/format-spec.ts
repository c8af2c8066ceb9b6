import { raise } from './errors.ts'
import { doubleOf, exactFraction, fixedText, intOf } from './numbers.ts'
import { floatText, pyStr, textOf } from './str.ts'
import { codePoints, textLength } from './text.ts'
import { typeName } from './type-name.ts'
import { PyFloat, PyObject, type PyValue } from './values.ts'

const SPEC = /^(?:([\s\S]?)([<>=^]))?([-+ ]?)(z?)(#?)(0?)(\d+)?([,_]?)(?:\.(\d+))?([\s\S]?)$/u

interface FormatSpec {
  readonly fill: string
  readonly align: '<' | '>' | '=' | '^' | ''
  readonly sign: string
  readonly alternate: boolean
  readonly width: number
  readonly grouping: string
  readonly precision: number | null
  readonly type: string
}

/** Python's format(value, spec). */
export function formatValue(value: PyValue, spec: string): string {
  if (value instanceof PyObject) {
    if (value.$format) return value.$format(spec)
    const text = textOf(value)
    if (text === undefined) {
      if (spec === '') return pyStr(value)
      return raise('TypeError', `unsupported format string passed to ${typeName(value)}.__format__`)
    }
    return formatText(text, spec, typeName(value))
  }
  if (spec === '') return pyStr(value)
  if (typeof value === 'string') return formatText(value, spec, 'str')
  const integer = intOf(value)
  if (integer !== undefined) return formatInt(BigInt(integer), spec, typeName(value))
  const double = doubleOf(value)
  if (double !== undefined) return formatDouble(double, parseSpec(spec, 'float'), 'float')
  return raise('TypeError', `unsupported format string passed to ${typeName(value)}.__format__`)
}

function parseSpec(spec: string, type: string): FormatSpec {
  if (/\.(?!\d)/.test(spec.slice(1)) || /^\.(?!\d|[<>=^])/.test(spec))
    raise('ValueError', 'Format specifier missing precision')
  const match = SPEC.exec(spec)
  if (!match) return raise('ValueError', `Invalid format specifier '${spec}' for object of type '${type}'`)
  const [, fill, align, sign = '', , alternate, zero, width, grouping = '', precision, presentation = ''] = match
  if (grouping && (presentation === ',' || presentation === '_')) {
    if (presentation === grouping) raise('ValueError', `Cannot specify '${grouping}' with '${presentation}'.`)
    raise('ValueError', "Cannot specify both ',' and '_'.")
  }
  if (grouping && !(grouping === '_' ? '_deEfFgG%boxX' : 'deEfFgG%').includes(presentation)) {
    raise('ValueError', `Cannot specify '${grouping}' with '${presentation}'.`)
  }
  return {
    fill: fill || (zero ? '0' : ' '),
    align: (align ?? (zero ? '=' : '')) as FormatSpec['align'],
    sign,
    alternate: alternate === '#',
    width: width === undefined ? 0 : Number(width),
    grouping,
    precision: precision === undefined ? null : Number(precision),
    type: presentation,
  }
}

/** format() of a str. */
export function formatText(text: string, specText: string, type: string): string {
  if (specText === '') return text
  const spec = parseSpec(specText, type)
  if (spec.type !== '' && spec.type !== 's') unknownCode(spec.type, type)
  if (spec.sign) raise('ValueError', `${spec.sign === ' ' ? 'Space' : 'Sign'} not allowed in string format specifier`)
  if (spec.alternate) raise('ValueError', 'Alternate form (#) not allowed in string format specifier')
  if (spec.grouping) raise('ValueError', `Cannot specify '${spec.grouping}' with 's'.`)
  if (spec.align === '=' && !/^0?\d/.test(specText)) {
    raise('ValueError', "'=' alignment not allowed in string format specifier")
  }
  const cut = spec.precision === null ? text : codePoints(text).slice(0, spec.precision).join('')
  return pad('', cut, spec.align === '=' ? { ...spec, align: '<' } : spec, '<')
}

function unknownCode(code: string, type: string): never {
  return raise('ValueError', `Unknown format code '${code}' for object of type '${type}'`)
}

const RADIX: Readonly<Record<string, number>> = { b: 2, o: 8, x: 16, X: 16, d: 10, n: 10, '': 10 }

function formatInt(value: bigint, specText: string, type: string): string {
  const spec = parseSpec(specText, 'int')
  if ('eEfFgG%'.includes(spec.type) && spec.type !== '') return formatDouble(doubleOf(value) ?? 0, spec, 'int')
  if (spec.type !== 'c' && RADIX[spec.type] === undefined) unknownCode(spec.type, type)
  if (spec.precision !== null) raise('ValueError', 'Precision not allowed in integer format specifier')
  if (spec.type === 'c') {
    if (spec.sign) raise('ValueError', "Sign not allowed with integer format specifier 'c'")
    if (value >= 2n ** 63n) raise('OverflowError', 'Python int too large to convert to C long')
    if (value < 0n || value > 0x10ffffn) raise('OverflowError', '%c arg not in range(0x110000)')
    return pad('', String.fromCodePoint(Number(value)), spec, '<')
  }
  const radix = RADIX[spec.type] ?? unknownCode(spec.type, type)
  let digits = (value < 0n ? -value : value).toString(radix)
  if (spec.type === 'X') digits = digits.toUpperCase()
  const prefix = spec.alternate && radix !== 10 ? `0${spec.type}` : ''
  const sign = signText(value < 0n, spec) + prefix
  return padNumber(sign, digits, '', spec, radix === 10 ? 3 : 4)
}

function signText(negative: boolean, spec: FormatSpec): string {
  return negative ? '-' : spec.sign === '+' || spec.sign === ' ' ? spec.sign : ''
}

function formatDouble(value: number, spec: FormatSpec, type: string): string {
  const negative = value < 0 || Object.is(value, -0)
  const sign = signText(negative, spec)
  const body = doubleBody(Math.abs(value), spec, type)
  const match = /^(\d+)([\s\S]*)$/.exec(body)
  if (!match) return padNumber(sign, '', body, spec, 3)
  return padNumber(sign, match[1] ?? '', match[2] ?? '', spec, 3)
}

/** The digits of a non-negative double by the rules of its presentation type. */
function doubleBody(value: number, spec: FormatSpec, type: string): string {
  const upper = spec.type !== '' && spec.type === spec.type.toUpperCase() && spec.type !== '%'
  if (!Number.isFinite(value)) {
    const text = Number.isNaN(value) ? 'nan' : 'inf'
    return (upper ? text.toUpperCase() : text) + (spec.type === '%' ? '%' : '')
  }
  const precision = spec.precision ?? 6
  switch (spec.type) {
    case 'f':
    case 'F':
      return fixedText(value, precision) + (spec.alternate && precision === 0 ? '.' : '')
    case '%':
      return `${fixedText(value * 100, precision)}${spec.alternate && precision === 0 ? '.' : ''}%`
    case 'e':
    case 'E': {
      const plain = exponentText(value, precision)
      const text = spec.alternate && precision === 0 ? plain.replace('e', '.e') : plain
      return upper ? text.toUpperCase() : text
    }
    case 'g':
    case 'G':
    case 'n': {
      const text = generalText(value, precision === 0 ? 1 : precision, spec.alternate, false)
      return upper ? text.toUpperCase() : text
    }
    case '':
      if (spec.precision === null) return floatText(value)
      return generalText(value, spec.precision === 0 ? 1 : spec.precision, spec.alternate, true)
    default:
      return unknownCode(spec.type, type)
  }
}

/** `%e`: d.ddde±XX, rounded half to even on the exact value. */
export function exponentText(value: number, precision: number): string {
  if (value === 0) return `${precision > 0 ? `0.${'0'.repeat(precision)}` : '0'}e+00`
  let exponent = decimalExponent(value)
  let digits = roundedDigits(value, precision - exponent)
  if (digits.length > precision + 1) {
    exponent++
    digits = roundedDigits(value, precision - exponent)
  }
  const shown = Math.abs(exponent)
  const mantissa = precision > 0 ? `${digits.charAt(0)}.${digits.slice(1)}` : digits
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${shown < 10 ? '0' : ''}${shown}`
}

function decimalExponent(value: number): number {
  return Number(value.toExponential().split('e')[1] ?? '0')
}

/** value * 10^places, rounded to an integer, as text. */
function roundedDigits(value: number, places: number): string {
  const [numerator, exponent] = exactFraction(value)
  const ten = 10n ** BigInt(Math.abs(places))
  let top = places >= 0 ? numerator * ten : numerator
  let bottom = places >= 0 ? 1n : ten
  if (exponent >= 0) top <<= BigInt(exponent)
  else bottom <<= BigInt(-exponent)
  let rounded = top / bottom
  const twice = (top % bottom) * 2n
  if (twice > bottom || (twice === bottom && rounded % 2n === 1n)) rounded++
  return rounded.toString()
}

/** `%g`, and with `keepPoint` the untyped form with a precision, which looks like repr. */
export function generalText(value: number, precision: number, alternate: boolean, keepPoint: boolean): string {
  if (value === 0) {
    if (alternate) return precision > 1 ? `0.${'0'.repeat(precision - 1)}` : '0.'
    return keepPoint ? '0.0' : '0'
  }
  const scientific = exponentText(value, precision - 1)
  const exponent = Number(scientific.split('e')[1])
  if (exponent < -4 || exponent >= (keepPoint && exponent === precision - 1 ? precision - 1 : precision)) {
    const [mantissa = '', rest = ''] = scientific.split('e')
    const shown = mantissa.includes('.') ? mantissa : `${mantissa}.`
    return `${alternate ? shown : dropZeros(mantissa)}e${rest}`
  }
  const fixed = fixedText(value, Math.max(0, precision - 1 - exponent))
  if (alternate) return fixed.includes('.') ? fixed : `${fixed}.`
  const short = dropZeros(fixed)
  return keepPoint && !short.includes('.') ? `${short}.0` : short
}

function dropZeros(digits: string): string {
  return digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits
}

/** A number with its digits grouped and padded: the padding zeros are grouped too, as Python does. */
function padNumber(sign: string, digits: string, rest: string, spec: FormatSpec, size: number): string {
  let whole = digits
  if (spec.fill === '0' && spec.align === '=') {
    const room = spec.width - sign.length - rest.length
    if (spec.grouping && whole !== '') {
      while (grouped(whole, spec.grouping, size).length < room) {
        const next = `0${whole}`
        whole = next
      }
    } else whole = whole.padStart(room, '0')
  }
  if (spec.grouping) whole = grouped(whole, spec.grouping, size)
  return pad(sign, whole + rest, spec, '>')
}

function grouped(digits: string, mark: string, size: number): string {
  const parts: string[] = []
  for (let end = digits.length; end > 0; end -= size) parts.unshift(digits.slice(Math.max(0, end - size), end))
  return parts.join(mark)
}

function pad(sign: string, body: string, spec: FormatSpec, usual: '<' | '>'): string {
  const missing = spec.width - textLength(sign + body)
  if (missing <= 0) return sign + body
  const fill = (count: number): string => spec.fill.repeat(count)
  switch (spec.align || usual) {
    case '<':
      return sign + body + fill(missing)
    case '^':
      return fill(Math.floor(missing / 2)) + sign + body + fill(Math.ceil(missing / 2))
    case '=':
      return sign + fill(missing) + body
    default:
      return fill(missing) + sign + body
  }
}

/** A float for `%` formatting: value as a double, or undefined. */
export function formattableDouble(value: PyValue): number | undefined {
  const double = doubleOf(value)
  if (double !== undefined || !(value instanceof PyObject) || !value.$number) return double
  const number = value.$number()
  return number instanceof PyFloat ? number.value : Number(number)
}
