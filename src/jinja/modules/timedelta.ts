import { raise } from '../runtime/errors.ts'
import { doubleOf, intOf } from '../runtime/numbers.ts'
import { typeName } from '../runtime/type-name.ts'
import { float, type Kwargs, PyObject, type PyValue } from '../runtime/values.ts'
import { method, named } from './arguments.ts'
import { pad } from './calendar.ts'

const DAY = 86_400_000_000
const MAX_DAYS = 999_999_999

/** datetime.timedelta, in whole microseconds (exact to about 285 years; beyond, days keep their value). */
export class PyTimedelta extends PyObject {
  readonly $type = 'datetime.timedelta'

  constructor(
    readonly days: number,
    /** 0 … 86,400,000,000 - 1 */
    readonly restMicroseconds: number,
  ) {
    super()
  }

  /** Raises OverflowError past ±999,999,999 days. */
  static of(microseconds: number, days = 0): PyTimedelta {
    const carry = Math.floor(microseconds / DAY)
    const total = days + carry
    if (Math.abs(total) > MAX_DAYS) raise('OverflowError', `days=${total}; must have magnitude <= ${MAX_DAYS}`)
    return new PyTimedelta(total, microseconds - carry * DAY)
  }

  get totalMicroseconds(): number {
    return this.days * DAY + this.restMicroseconds
  }

  override $attr(name: string): PyValue | undefined {
    switch (name) {
      case 'days':
        return this.days
      case 'seconds':
        return Math.floor(this.restMicroseconds / 1_000_000)
      case 'microseconds':
        return this.restMicroseconds % 1_000_000
      case 'total_seconds':
        return method('total_seconds', () => float(this.totalMicroseconds / 1_000_000))
      default:
        return undefined
    }
  }

  override $binary(operator: string, other: PyValue, reflected: boolean): PyValue | undefined {
    if (other instanceof PyTimedelta) {
      const [left, right] = reflected ? [other, this] : [this, other]
      switch (operator) {
        case '+':
          return PyTimedelta.of(left.restMicroseconds + right.restMicroseconds, left.days + right.days)
        case '-':
          return PyTimedelta.of(left.restMicroseconds - right.restMicroseconds, left.days - right.days)
        case '/':
          return right.totalMicroseconds === 0
            ? raise('ZeroDivisionError', 'division by zero')
            : float(left.totalMicroseconds / right.totalMicroseconds)
        case '//':
          return right.totalMicroseconds === 0
            ? raise('ZeroDivisionError', 'integer division or modulo by zero')
            : Math.floor(left.totalMicroseconds / right.totalMicroseconds)
        case '%': {
          const divisor = right.totalMicroseconds
          if (divisor === 0) raise('ZeroDivisionError', 'integer modulo by zero')
          return PyTimedelta.of(left.totalMicroseconds - Math.floor(left.totalMicroseconds / divisor) * divisor)
        }
        default:
          return undefined
      }
    }
    const factor = doubleOf(other)
    if (factor === undefined) return undefined
    if (operator === '*') return PyTimedelta.of(Math.round(this.restMicroseconds * factor), this.days * factor)
    if (reflected) return undefined
    if (operator === '/' || operator === '//') {
      if (factor === 0) raise('ZeroDivisionError', 'integer division or modulo by zero')
      if (operator === '//' && intOf(other) === undefined) return undefined
      const result = this.totalMicroseconds / factor
      return PyTimedelta.of(operator === '/' ? Math.round(result) : Math.floor(result))
    }
    return undefined
  }

  $negate(): PyTimedelta {
    return PyTimedelta.of(-this.restMicroseconds, -this.days)
  }

  override $eq(other: PyValue): boolean {
    return other instanceof PyTimedelta && other.totalMicroseconds === this.totalMicroseconds
  }

  override $compare(other: PyValue): number | undefined {
    return other instanceof PyTimedelta ? this.totalMicroseconds - other.totalMicroseconds : undefined
  }

  override $hash(): string {
    return `timedelta:${this.totalMicroseconds}`
  }

  override $truth(): boolean {
    return this.totalMicroseconds !== 0
  }

  override $str(): string {
    const seconds = Math.floor(this.restMicroseconds / 1_000_000)
    const micros = this.restMicroseconds % 1_000_000
    const clock = `${Math.floor(seconds / 3600)}:${pad(Math.floor((seconds % 3600) / 60), 2)}:${pad(seconds % 60, 2)}`
    const days = this.days === 0 ? '' : `${this.days} day${Math.abs(this.days) === 1 ? '' : 's'}, `
    return `${days}${clock}${micros === 0 ? '' : `.${pad(micros, 6)}`}`
  }

  override $repr(): string {
    const seconds = Math.floor(this.restMicroseconds / 1_000_000)
    const micros = this.restMicroseconds % 1_000_000
    const parts = [
      ...(this.days ? [`days=${this.days}`] : []),
      ...(seconds ? [`seconds=${seconds}`] : []),
      ...(micros ? [`microseconds=${micros}`] : []),
    ]
    return `datetime.timedelta(${parts.join(', ') || '0'})`
  }
}

const PARAMETERS = ['days', 'seconds', 'microseconds', 'milliseconds', 'minutes', 'hours', 'weeks']
const UNITS: Readonly<Record<string, number>> = {
  days: DAY,
  seconds: 1_000_000,
  microseconds: 1,
  milliseconds: 1000,
  minutes: 60_000_000,
  hours: 3_600_000_000,
  weeks: 7 * DAY,
}

/** timedelta(days=0, seconds=0, …). Whole days are kept apart so that large ones stay exact. */
export function makeTimedelta(args: readonly PyValue[], kwargs: Kwargs): PyTimedelta {
  const given = named('timedelta', PARAMETERS, args, kwargs)
  let days = 0
  let micros = 0
  for (const name of PARAMETERS) {
    const value = given[name]
    if (value === undefined) continue
    const number = doubleOf(value)
    if (number === undefined) raise('TypeError', `unsupported type for timedelta ${name} component: ${typeName(value)}`)
    const whole = name === 'days' ? Math.trunc(number) : name === 'weeks' ? Math.trunc(number) * 7 : 0
    days += whole
    micros += (number - (name === 'weeks' ? whole / 7 : whole)) * (UNITS[name] ?? 0)
  }
  return PyTimedelta.of(roundHalfEven(micros), days)
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  if (rest !== 0.5) return Math.round(value)
  return floor % 2 === 0 ? floor : floor + 1
}
