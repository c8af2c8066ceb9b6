import { raise } from '../runtime/errors.ts'
import { float, type Kwargs, PyTuple, type PyValue } from '../runtime/values.ts'
import { integer, method, named, required, text } from './arguments.ts'
import { civilDate, dayNumber, dayOfYear, pad, weekday } from './calendar.ts'
import { checkDate, checkDayNumber, PyDate } from './date.ts'
import { offsetText, strftime, strptime } from './strftime.ts'
import { clockOf, clockText, microsecondsOf, PyTime, TIME_PARAMETERS, zoneArgument } from './time.ts'
import { PyTimedelta } from './timedelta.ts'
import { FixedTimezone, type PyTzInfo, UTC_TIMEZONE } from './timezone.ts'

const DAY = 86_400_000_000
const PARAMETERS = ['year', 'month', 'day', ...TIME_PARAMETERS, 'fold']

/** datetime.datetime: a wall clock, naive or with a time zone. */
export class PyDatetime extends PyDate {
  override readonly $type: string = 'datetime.datetime'

  constructor(
    days: number,
    /** Microseconds since midnight. */
    readonly clock: number,
    readonly zone: PyTzInfo | null = null,
  ) {
    super(days)
  }

  /** From microseconds of the wall clock since 1970. Raises OverflowError outside years 1 to 9999. */
  static ofLocal(microseconds: number, zone: PyTzInfo | null): PyDatetime {
    const days = Math.floor(microseconds / DAY)
    return new PyDatetime(checkDayNumber(days), microseconds - days * DAY, zone)
  }

  /** A moment (microseconds since 1970 UTC) as a time zone's wall clock shows it. */
  static ofUtc(microseconds: number, zone: PyTzInfo): PyDatetime {
    const at = zone.atUtc(microseconds)
    return PyDatetime.ofLocal(microseconds + at.offsetSeconds * 1_000_000, at.zone)
  }

  /** The wall clock as microseconds since 1970: exact in years 1684 to 2255, to a few microseconds beyond. */
  get local(): number {
    return this.days * DAY + this.clock
  }

  get offset(): number | null {
    return this.zone?.offsetSeconds(this.local) ?? null
  }

  get utc(): number {
    return this.local - (this.offset ?? 0) * 1_000_000
  }

  override $attr(name: string): PyValue | undefined {
    const clock = clockOf(this.clock)
    switch (name) {
      case 'hour':
      case 'minute':
      case 'second':
      case 'microsecond':
        return clock[name]
      case 'fold':
        return 0
      case 'tzinfo':
        return this.zone
      case 'date':
        return method(name, () => new PyDate(this.days))
      case 'time':
        return method(name, () => new PyTime(this.clock))
      case 'timetz':
        return method(name, () => new PyTime(this.clock, this.zone))
      case 'timestamp':
        return method(name, () => float(this.utc / 1_000_000))
      case 'utcoffset':
        return method(name, () => (this.offset === null ? null : PyTimedelta.of(this.offset * 1_000_000)))
      case 'tzname':
        return method(name, () => this.zone?.zoneName(this.local) ?? null)
      case 'dst': {
        return method(name, () => {
          const seconds = this.zone?.dstSeconds(this.local) ?? null
          return seconds === null ? null : PyTimedelta.of(seconds * 1_000_000)
        })
      }
      case 'timetuple': {
        const date = civilDate(this.days)
        return method(
          name,
          () =>
            new PyTuple([
              date.year,
              date.month,
              date.day,
              clock.hour,
              clock.minute,
              clock.second,
              weekday(this.days),
              dayOfYear(date),
              -1,
            ]),
        )
      }
      case 'isoformat':
        return method(name, (args, kwargs) => {
          const given = named('isoformat', ['sep', 'timespec'], args, kwargs)
          const spec = given['timespec']
          const separator = given['sep']
          return this.iso(typeof separator === 'string' ? separator : 'T', typeof spec === 'string' ? spec : 'auto')
        })
      case 'astimezone':
        return method(name, (args, kwargs) => {
          const zone = zoneArgument(named('astimezone', ['tz'], args, kwargs)['tz'] ?? null, null) ?? UTC_TIMEZONE
          return PyDatetime.ofUtc(this.utc, zone)
        })
      case 'replace':
        return method(name, (args, kwargs) => this.replace(args, kwargs))
      default:
        return super.$attr(name)
    }
  }

  private replace(args: readonly PyValue[], kwargs: Kwargs): PyDatetime {
    const given = named('replace', PARAMETERS, args, kwargs)
    const date = civilDate(this.days)
    const clock = clockOf(this.clock)
    return buildDatetime(
      integer(given['year'], date.year),
      integer(given['month'], date.month),
      integer(given['day'], date.day),
      {
        hour: integer(given['hour'], clock.hour),
        minute: integer(given['minute'], clock.minute),
        second: integer(given['second'], clock.second),
        microsecond: integer(given['microsecond'], clock.microsecond),
      },
      zoneArgument(given['tzinfo'], this.zone),
    )
  }

  override format(format: string): string {
    const zoneName = this.zone?.zoneName(this.local) ?? null
    return strftime({ ...civilDate(this.days), ...clockOf(this.clock), offsetSeconds: this.offset, zoneName }, format)
  }

  iso(separator: string, timespec = 'auto'): string {
    const { year, month, day } = civilDate(this.days)
    const zone = this.offset === null ? '' : offsetText(this.offset, ':')
    return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}${separator}${clockText(this.clock, timespec)}${zone}`
  }

  override $binary(operator: string, other: PyValue, reflected: boolean): PyValue | undefined {
    if (other instanceof PyTimedelta) {
      const sign = operator === '+' ? 1 : operator === '-' && !reflected ? -1 : 0
      if (sign === 0) return undefined
      const clock = this.clock + sign * other.restMicroseconds
      const carry = Math.floor(clock / DAY)
      return new PyDatetime(checkDayNumber(this.days + sign * other.days + carry), clock - carry * DAY, this.zone)
    }
    if (operator !== '-' || !(other instanceof PyDatetime)) return undefined
    if ((this.zone === null) !== (other.zone === null)) {
      raise('TypeError', "can't subtract offset-naive and offset-aware datetimes")
    }
    const [left, right] = reflected ? [other, this] : [this, other]
    const offsets = ((left.offset ?? 0) - (right.offset ?? 0)) * 1_000_000
    return PyTimedelta.of(left.clock - right.clock - offsets, left.days - right.days)
  }

  override $eq(other: PyValue): boolean {
    if (!(other instanceof PyDatetime) || (this.zone === null) !== (other.zone === null)) return false
    return this.utc === other.utc
  }

  override $compare(other: PyValue): number | undefined {
    if (!(other instanceof PyDatetime)) return undefined
    if ((this.zone === null) !== (other.zone === null)) {
      raise('TypeError', "can't compare offset-naive and offset-aware datetimes")
    }
    return this.utc - other.utc
  }

  override $hash(): string {
    return `datetime:${this.utc}:${this.zone === null ? 'naive' : 'aware'}`
  }

  override $str(): string {
    return this.iso(' ')
  }

  override $repr(): string {
    const { year, month, day } = civilDate(this.days)
    const { hour, minute, second, microsecond } = clockOf(this.clock)
    const tail = microsecond ? `, ${second}, ${microsecond}` : second ? `, ${second}` : ''
    const zone = this.zone === null ? '' : `, tzinfo=${this.zone.$repr?.() ?? ''}`
    return `datetime.datetime(${year}, ${month}, ${day}, ${hour}, ${minute}${tail}${zone})`
  }
}

function buildDatetime(
  year: number,
  month: number,
  day: number,
  clock: Parameters<typeof microsecondsOf>[0],
  zone: PyTzInfo | null,
): PyDatetime {
  checkDate(year, month, day)
  return new PyDatetime(dayNumber(year, month, day), microsecondsOf(clock), zone)
}

/** datetime(year, month, day, hour=0, minute=0, second=0, microsecond=0, tzinfo=None). */
export function makeDatetime(args: readonly PyValue[], kwargs: Kwargs): PyDatetime {
  const given = named('datetime', PARAMETERS, args, kwargs)
  const part = (name: string): number => integer(required('datetime', name, given[name]))
  return buildDatetime(
    part('year'),
    part('month'),
    part('day'),
    {
      hour: integer(given['hour'], 0),
      minute: integer(given['minute'], 0),
      second: integer(given['second'], 0),
      microsecond: integer(given['microsecond'], 0),
    },
    zoneArgument(given['tzinfo'], null),
  )
}

/** A JavaScript Date as an aware datetime; UTC unless another zone is given. */
export function datetimeOf(date: Date, zone: PyTzInfo = UTC_TIMEZONE): PyDatetime {
  return PyDatetime.ofUtc(date.getTime() * 1000, zone)
}

/** datetime.strptime(text, format). */
export function parseDatetime(args: readonly PyValue[]): PyDatetime {
  const fields = strptime(text(args[0], 'strptime() argument 1'), text(args[1], 'strptime() argument 2'))
  const zone =
    fields.offsetSeconds === null
      ? null
      : fields.offsetSeconds === 0
        ? UTC_TIMEZONE
        : new FixedTimezone(fields.offsetSeconds)
  return buildDatetime(fields.year, fields.month, fields.day, fields, zone)
}

/** datetime.fromisoformat, the forms of Python 3.11. */
export function datetimeFromIso(value: PyValue | undefined): PyDatetime {
  const source = text(value, 'fromisoformat: argument')
  const match =
    /^(\d{4})-?(\d{2})-?(\d{2})(?:[T ](\d{2})(?::?(\d{2})(?::?(\d{2})(?:[.,](\d{1,9}))?)?)?(Z|[+-]\d{2}:?\d{2}(?::?\d{2})?)?)?$/.exec(
      source,
    )
  if (!match) raise('ValueError', `Invalid isoformat string: '${source}'`)
  const part = (index: number): number => Number(match[index] ?? 0)
  const zoneText = match[8]
  let zone: PyTzInfo | null = null
  if (zoneText !== undefined) {
    const digits = zoneText.replace(/\D/g, '')
    const size = Number(digits.slice(0, 2)) * 3600 + Number(digits.slice(2, 4)) * 60 + Number(digits.slice(4, 6) || 0)
    zone = size === 0 ? UTC_TIMEZONE : new FixedTimezone(zoneText.startsWith('-') ? -size : size)
  }
  const microsecond = Number((match[7] ?? '0').slice(0, 6).padEnd(6, '0'))
  return buildDatetime(
    part(1),
    part(2),
    part(3),
    { hour: part(4), minute: part(5), second: part(6), microsecond },
    zone,
  )
}
