import type { PyValue } from '../jinja/index.ts'
import { datetimeFromClock } from './python-time.ts'

const DATES: readonly (readonly [RegExp, (parts: readonly number[]) => number | undefined])[] = [
  [
    /^(\d{4})-?(\d\d)-(\d\d)$|^(\d{4})(\d\d)(\d\d)$/,
    ([year = 0, month = 0, day = 0]) => dayNumber(year, month || 1, day),
  ],
  [/^(\d{4})-W(\d\d)-(\d)$|^(\d{4})W(\d\d)(\d)$/, ([year = 0, week = 0, day = 0]) => weekDay(year, week, day || 1)],
  [/^(\d{4})-(\d{3})$|^(\d{4})(\d{3})$/, ([year = 0, day = 0]) => addDays(dayNumber(year, 1, 1), day - 1)],
  [/^(\d{4})-W(\d\d)$|^(\d{4})W(\d\d)$/, ([year = 0, week = 0]) => weekDay(year, week, 1)],
  [/^(\d{4})-(\d\d)$|^(\d{4})(\d\d)$/, ([year = 0, month = 0]) => dayNumber(year, month || 1, 1)],
  [/^(\d{4})$/, ([year = 0]) => dayNumber(year, 1, 1)],
  [/^(\d\d)$/, ([century = 0]) => dayNumber(century * 100 + 1, 1, 1)],
]
const ZONE = '(Z|([+-])(\\d\\d)(?::?(\\d\\d))?)?'
const FRACTION = '(?:[.,]\\d+)?'
const TIMES = [
  `(\\d\\d):(\\d\\d):(\\d\\d${FRACTION})`,
  `(\\d\\d)(\\d\\d)(\\d\\d${FRACTION})`,
  `(\\d\\d):(\\d\\d${FRACTION})()`,
  `(\\d\\d)(\\d\\d${FRACTION})()`,
  `(\\d\\d${FRACTION})()()`,
].map((pattern) => new RegExp(`^${pattern}${ZONE}$`))

/** An ISO 8601 date and time with `T` between, in all forms that dbt takes for seeds; undefined for any other text. */
export function parseIsoDatetime(text: string): PyValue | undefined {
  const parts = text.split('T')
  if (parts.length !== 2) return undefined
  const [dateText = '', time = ''] = parts
  const days = parseDate(dateText)
  if (days === undefined) return undefined
  const match = TIMES.map((pattern) => pattern.exec(time)).find((each) => each !== null)
  if (match === undefined || match === null) return undefined
  const [, hours = '', minutes = '', seconds = '', zone, sign, zoneHours, zoneMinutes] = match
  const clock = clockOf(hours, minutes, seconds)
  if (clock === undefined) return undefined
  const size = Number(zoneHours ?? 0) * 3600 + Number(zoneMinutes ?? 0) * 60
  if (size >= 86_400) return undefined
  return datetimeFromClock(days, clock, zone === undefined ? null : sign === '-' ? -size : size)
}

/** Microseconds since midnight; the smallest part given may have decimals. */
function clockOf(hours: string, minutes: string, seconds: string): number | undefined {
  const micros = (text: string, unit: number): number => {
    const [whole = '', fraction = ''] = text.replace(',', '.').split('.')
    const scaled = (BigInt(`${fraction || '0'}`) * BigInt(unit)) / 10n ** BigInt(fraction.length || 1)
    return Number(whole) * unit + Number(scaled)
  }
  const [h, m, s] = [hours, minutes, seconds].map((text) => Math.floor(Number(text.replace(',', '.') || 0)))
  if ((h ?? 0) > 23 || (m ?? 0) > 59 || (s ?? 0) > 59) return undefined
  return micros(hours, 3_600_000_000) + micros(minutes || '0', 60_000_000) + micros(seconds || '0', 1_000_000)
}

function parseDate(text: string): number | undefined {
  for (const [pattern, toDays] of DATES) {
    const match = pattern.exec(text)
    if (match !== null) return toDays(match.slice(1).flatMap((part) => (part === undefined ? [] : [Number(part)])))
  }
  return undefined
}

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** Days of a month; 0 for a month that is none. */
export function daysIn(year: number, month: number): number {
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return leap ? 29 : (MONTH_DAYS[month - 1] ?? 0)
}

function dayNumber(year: number, month: number, day: number): number | undefined {
  if (year < 1 || day < 1 || day > daysIn(year, month)) return undefined
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  return date.getTime() / 86_400_000
}

function addDays(days: number | undefined, more: number): number | undefined {
  return days === undefined ? undefined : days + more
}

/** isodate's reckoning of week dates, from the week that 1 January is in. */
function weekDay(year: number, week: number, day: number): number | undefined {
  const first = dayNumber(year, 1, 1)
  if (first === undefined) return undefined
  const weekday = ((((first + 3) % 7) + 7) % 7) + 1
  const firstInWeekOne = weekday <= 4
  return first + (week - (firstInWeekOne ? 1 : 0)) * 7 - weekday + day
}
