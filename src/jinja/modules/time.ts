import { raise } from '../runtime/errors.ts'
import { type Kwargs, PyObject, type PyValue } from '../runtime/values.ts'
import { integer, method, named, text } from './arguments.ts'
import { pad } from './calendar.ts'
import { offsetText, strftime } from './strftime.ts'
import { PyTzInfo } from './timezone.ts'

export const TIME_PARAMETERS = ['hour', 'minute', 'second', 'microsecond', 'tzinfo']

export interface ClockFields {
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly microsecond: number
}

export function clockOf(microseconds: number): ClockFields {
  const seconds = Math.floor(microseconds / 1_000_000)
  return {
    hour: Math.floor(seconds / 3600),
    minute: Math.floor((seconds % 3600) / 60),
    second: seconds % 60,
    microsecond: microseconds % 1_000_000,
  }
}

/** Microseconds of a wall clock. Raises ValueError for what no clock shows. */
export function microsecondsOf({ hour, minute, second, microsecond }: ClockFields): number {
  if (hour < 0 || hour > 23) raise('ValueError', 'hour must be in 0..23')
  if (minute < 0 || minute > 59) raise('ValueError', 'minute must be in 0..59')
  if (second < 0 || second > 59) raise('ValueError', 'second must be in 0..59')
  if (microsecond < 0 || microsecond > 999_999) raise('ValueError', 'microsecond must be in 0..999999')
  return ((hour * 60 + minute) * 60 + second) * 1_000_000 + microsecond
}

/** `HH:MM:SS[.ffffff]`, or cut as isoformat's timespec says. */
export function clockText(microseconds: number, timespec = 'auto'): string {
  const { hour, minute, second, microsecond } = clockOf(microseconds)
  const short = `${pad(hour, 2)}:${pad(minute, 2)}`
  const full = `${short}:${pad(second, 2)}`
  switch (timespec) {
    case 'auto':
      return microsecond === 0 ? full : `${full}.${pad(microsecond, 6)}`
    case 'hours':
      return pad(hour, 2)
    case 'minutes':
      return short
    case 'seconds':
      return full
    case 'milliseconds':
      return `${full}.${pad(Math.floor(microsecond / 1000), 3)}`
    case 'microseconds':
      return `${full}.${pad(microsecond, 6)}`
    default:
      return raise('ValueError', 'Unknown timespec value')
  }
}

/** A tzinfo argument: None, or an object of a time zone. */
export function zoneArgument(value: PyValue | undefined, fallback: PyTzInfo | null): PyTzInfo | null {
  if (value === undefined) return fallback
  if (value === null || value instanceof PyTzInfo) return value
  return raise('TypeError', "tzinfo argument must be None or of a tzinfo subclass, not type 'object'")
}

/** datetime.time. */
export class PyTime extends PyObject {
  readonly $type = 'datetime.time'

  constructor(
    readonly microseconds: number,
    readonly zone: PyTzInfo | null = null,
  ) {
    super()
  }

  override $attr(name: string): PyValue | undefined {
    const clock = clockOf(this.microseconds)
    switch (name) {
      case 'hour':
      case 'minute':
      case 'second':
      case 'microsecond':
        return clock[name]
      case 'tzinfo':
        return this.zone
      case 'isoformat':
        return method(name, (args, kwargs) => {
          const spec = named('isoformat', ['timespec'], args, kwargs)['timespec']
          return this.iso(typeof spec === 'string' ? spec : 'auto')
        })
      case 'strftime':
        return method(name, (args) =>
          strftime(
            {
              year: 1900,
              month: 1,
              day: 1,
              ...clock,
              offsetSeconds: this.offset,
              zoneName: this.zone?.zoneName(0) ?? null,
            },
            text(args[0], 'strftime() argument 1'),
          ),
        )
      case 'replace':
        return method(name, (args, kwargs) => {
          const given = named('replace', TIME_PARAMETERS, args, kwargs)
          return new PyTime(
            microsecondsOf({
              hour: integer(given['hour'], clock.hour),
              minute: integer(given['minute'], clock.minute),
              second: integer(given['second'], clock.second),
              microsecond: integer(given['microsecond'], clock.microsecond),
            }),
            zoneArgument(given['tzinfo'], this.zone),
          )
        })
      default:
        return undefined
    }
  }

  private get offset(): number | null {
    return this.zone?.offsetSeconds(0) ?? null
  }

  private iso(timespec: string): string {
    return clockText(this.microseconds, timespec) + (this.offset === null ? '' : offsetText(this.offset, ':'))
  }

  override $eq(other: PyValue): boolean {
    return other instanceof PyTime && other.microseconds === this.microseconds && other.offset === this.offset
  }

  override $compare(other: PyValue): number | undefined {
    return other instanceof PyTime ? this.microseconds - other.microseconds : undefined
  }

  override $hash(): string {
    return `time:${this.microseconds}:${this.offset ?? ''}`
  }

  override $str(): string {
    return this.iso('auto')
  }

  override $repr(): string {
    const { hour, minute, second, microsecond } = clockOf(this.microseconds)
    const tail = microsecond ? `, ${second}, ${microsecond}` : second ? `, ${second}` : ''
    return `datetime.time(${hour}, ${minute}${tail})`
  }
}

/** time(hour=0, minute=0, second=0, microsecond=0, tzinfo=None). */
export function makeTime(args: readonly PyValue[], kwargs: Kwargs): PyTime {
  const given = named('time', TIME_PARAMETERS, args, kwargs)
  return new PyTime(
    microsecondsOf({
      hour: integer(given['hour'], 0),
      minute: integer(given['minute'], 0),
      second: integer(given['second'], 0),
      microsecond: integer(given['microsecond'], 0),
    }),
    zoneArgument(given['tzinfo'], null),
  )
}
