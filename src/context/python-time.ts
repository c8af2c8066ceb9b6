import {
  datetimeOf,
  FixedTimezone,
  PyDate,
  PyDatetime,
  PyTimedelta,
  type PyValue,
  UTC_TIMEZONE,
} from '../jinja/index.ts'

const DAY_US = 86_400_000_000
const DATE = /^(\d{4})-(\d\d)-(\d\d)$/
const TIMESTAMP =
  /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(?:([+-])(\d\d)(?::?(\d\d))?(?::?(\d\d))?|Z)?$/
const TIME = /^(\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?([+-]\d\d(?::\d\d)?(?::\d\d)?)?$/
const UNITS: Readonly<Record<string, number>> = { year: 365, mon: 30, day: 1 }

/** A moment as Python's datetime in UTC. */
export function pythonDatetime(date: Date): PyValue {
  return datetimeOf(date)
}

/** A date as the server writes it, as Python's date; the text itself for what Python's calendar does not have (BC, infinity). */
export function dateOfText(text: string): PyValue {
  const match = DATE.exec(text)
  if (match === null) return text
  const [, year, month, day] = match
  return Number(year) === 0 ? text : PyDate.of(Number(year), Number(month), Number(day))
}

/** A timestamp as the server writes it, with its offset where it has one, as Python's datetime; the text itself for what Python does not have. */
export function timestampOfText(text: string): PyValue {
  const match = TIMESTAMP.exec(text)
  if (match === null || match[1] === '0000') return text
  const [, year, month, day, hour, minute, second, fraction, sign, zoneHours, zoneMinutes, zoneSeconds] = match
  const clock =
    ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1_000_000 + Number((fraction ?? '').padEnd(6, '0'))
  const { days } = PyDate.of(Number(year), Number(month), Number(day))
  if (sign === undefined) return new PyDatetime(days, clock, text.endsWith('Z') ? UTC_TIMEZONE : null)
  const size = Number(zoneHours) * 3600 + Number(zoneMinutes ?? 0) * 60 + Number(zoneSeconds ?? 0)
  const zone = size === 0 ? UTC_TIMEZONE : new FixedTimezone(sign === '-' ? -size : size)
  return new PyDatetime(days, clock, zone)
}

/** A time as the server writes it as str() of Python's time: six digits of a second or none. */
export function timeText(text: string): string {
  const match = TIME.exec(text)
  if (match === null) return text
  const [, clock = '', fraction, zone] = match
  const offset = zone === undefined ? '' : zone.length === 3 ? `${zone}:00` : zone
  return clock + (fraction === undefined ? '' : `.${fraction.padEnd(6, '0')}`) + offset
}

/** An interval in the server's default form as str() of Python's timedelta: years count 365 days, months 30. */
export function intervalText(text: string): string {
  let [days, clock] = [0, 0]
  for (const [, count, unit] of text.matchAll(/([+-]?\d+) (year|mon|day)s?/g))
    days += Number(count) * (UNITS[unit ?? ''] ?? 0)
  const time = /([+-])?(\d+):(\d\d):(\d\d)(?:\.(\d{1,6}))?/.exec(text)
  if (time !== null) {
    const [, sign, hours, minutes, seconds, fraction] = time
    const size =
      ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000_000 +
      Number((fraction ?? '').padEnd(6, '0'))
    clock = sign === '-' ? -size : size
  }
  return PyTimedelta.of(clock, days).$str()
}

/** Python's datetime of a wall clock: days since 1970 and microseconds since midnight; `offsetSeconds` null for a naive one. */
export function datetimeFromClock(days: number, clock: number, offsetSeconds: number | null): PyDatetime {
  const zone = offsetSeconds === null ? null : offsetSeconds === 0 ? UTC_TIMEZONE : new FixedTimezone(offsetSeconds)
  return new PyDatetime(days, clock, zone)
}

/** ISO text of a date or datetime for SQL; an aware one as UTC's wall clock. */
export function sqlTimeText(value: PyDate): string {
  if (!(value instanceof PyDatetime)) return value.$str()
  const utc = value.utc
  const days = Math.floor(utc / DAY_US)
  return new PyDatetime(days, utc - days * DAY_US).$str()
}
