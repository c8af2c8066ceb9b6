import { raise } from '../runtime/errors.ts'
import { type Kwargs, PyObject, PyTuple, type PyValue } from '../runtime/values.ts'
import { integer, method, named, required, text } from './arguments.ts'
import { civilDate, dayNumber, dayOfYear, daysInMonth, isoCalendar, pad, weekday } from './calendar.ts'
import { strftime } from './strftime.ts'
import { PyTimedelta } from './timedelta.ts'

/** Days from Python's ordinal 1 (0001-01-01) to 1970-01-01. */
export const ORDINAL_OF_1970 = 719_163

const DATE_PARAMETERS = ['year', 'month', 'day']

/** Raises ValueError for a day that the calendar does not have. */
export function checkDate(year: number, month: number, day: number): void {
  if (year < 1 || year > 9999) raise('ValueError', `year ${year} is out of range`)
  if (month < 1 || month > 12) raise('ValueError', 'month must be in 1..12')
  if (day < 1 || day > daysInMonth(year, month)) raise('ValueError', 'day is out of range for month')
}

/** Raises OverflowError for a day outside years 1 to 9999. */
export function checkDayNumber(days: number): number {
  if (days < 1 - ORDINAL_OF_1970 || days > 2_932_896) raise('OverflowError', 'date value out of range')
  return days
}

/** datetime.date. */
export class PyDate extends PyObject {
  readonly $type: string = 'datetime.date'

  constructor(
    /** Days since 1970-01-01. */
    readonly days: number,
  ) {
    super()
  }

  static of(year: number, month: number, day: number): PyDate {
    checkDate(year, month, day)
    return new PyDate(dayNumber(year, month, day))
  }

  override $attr(name: string): PyValue | undefined {
    const date = civilDate(this.days)
    switch (name) {
      case 'year':
        return date.year
      case 'month':
        return date.month
      case 'day':
        return date.day
      case 'weekday':
        return method(name, () => weekday(this.days))
      case 'isoweekday':
        return method(name, () => weekday(this.days) + 1)
      case 'isocalendar':
        return method(name, () => new PyTuple([...isoCalendar(date)]))
      case 'toordinal':
        return method(name, () => this.days + ORDINAL_OF_1970)
      case 'timetuple':
        return method(
          name,
          () => new PyTuple([date.year, date.month, date.day, 0, 0, 0, weekday(this.days), dayOfYear(date), -1]),
        )
      case 'isoformat':
      case 'ctime':
        return method(name, () => (name === 'ctime' ? this.format('%a %b %e %H:%M:%S %Y') : this.$str()))
      case 'strftime':
      case '__format__':
        return method(name, (args) => this.format(text(args[0], 'strftime() argument 1')))
      case 'replace':
        return method(name, (args, kwargs) => {
          const given = named('replace', DATE_PARAMETERS, args, kwargs)
          return PyDate.of(
            integer(given['year'], date.year),
            integer(given['month'], date.month),
            integer(given['day'], date.day),
          )
        })
      default:
        return undefined
    }
  }

  format(format: string): string {
    const midnight = { hour: 0, minute: 0, second: 0, microsecond: 0, offsetSeconds: null, zoneName: null }
    return strftime({ ...civilDate(this.days), ...midnight }, format)
  }

  override $binary(operator: string, other: PyValue, reflected: boolean): PyValue | undefined {
    if (other instanceof PyTimedelta) {
      if (operator === '+') return new PyDate(checkDayNumber(this.days + other.days))
      if (operator === '-' && !reflected) return new PyDate(checkDayNumber(this.days - other.days))
      return undefined
    }
    if (operator === '-' && other instanceof PyDate && other.$type === 'datetime.date') {
      return PyTimedelta.of(0, reflected ? other.days - this.days : this.days - other.days)
    }
    return undefined
  }

  override $eq(other: PyValue): boolean {
    return other instanceof PyDate && other.$type === this.$type && other.days === this.days
  }

  override $compare(other: PyValue): number | undefined {
    return other instanceof PyDate && other.$type === this.$type ? this.days - other.days : undefined
  }

  override $hash(): string {
    return `date:${this.days}`
  }

  override $str(): string {
    const { year, month, day } = civilDate(this.days)
    return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`
  }

  override $repr(): string {
    const { year, month, day } = civilDate(this.days)
    return `datetime.date(${year}, ${month}, ${day})`
  }
}

/** date(year, month, day). */
export function makeDate(args: readonly PyValue[], kwargs: Kwargs): PyDate {
  const given = named('date', DATE_PARAMETERS, args, kwargs)
  const part = (name: string): number => integer(required('date', name, given[name]))
  return PyDate.of(part('year'), part('month'), part('day'))
}

/** date.fromisoformat: YYYY-MM-DD or YYYYMMDD. */
export function dateFromIso(value: PyValue | undefined): PyDate {
  const source = text(value, 'fromisoformat: argument')
  const match = /^(\d{4})-?(\d{2})-?(\d{2})$/.exec(source)
  if (!match) raise('ValueError', `Invalid isoformat string: '${source}'`)
  return PyDate.of(Number(match[1]), Number(match[2]), Number(match[3]))
}
