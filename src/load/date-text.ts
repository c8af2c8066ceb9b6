export type DateOrder = 'dmy' | 'mdy' | 'ymd'

/** A date or a point in time as a file writes it, taken apart. */
export interface ParsedDate {
  /** `YYYY-MM-DD`. */
  readonly date: string
  /** `HH:MM:SS[.ffffff]`, null without one. */
  readonly time: string | null
  /** `+HH:MM`, null without one. */
  readonly zone: string | null
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const MONTH_NAMES =
  'jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?'
const TIME =
  '(?:[T ]\\s*(\\d{1,2}):(\\d{2})(?::(\\d{2})(?:[.,](\\d{1,9}))?)?(?:\\s*([AaPp][Mm]))?(?:\\s*(Z|UTC|GMT|[+-]\\d{2}(?::?\\d{2})?))?)?'
const ISO = new RegExp(`^(\\d{4})([-/.])(\\d{1,2})\\2(\\d{1,2})${TIME}$`)
const PARTS = new RegExp(`^(\\d{1,2})([-/.])(\\d{1,2})\\2(\\d{4})${TIME}$`)
const NAMED_DAY_FIRST = new RegExp(`^(\\d{1,2})[ -](${MONTH_NAMES})\\.?,?[ -](\\d{4})${TIME}$`, 'i')
const NAMED_MONTH_FIRST = new RegExp(`^(${MONTH_NAMES})\\.? (\\d{1,2}),? (\\d{4})${TIME}$`, 'i')

/** The first two numbers of a date such as 01/02/2024, of which nobody knows which is the month; null for other forms. */
export function ambiguousParts(text: string): readonly [first: number, second: number] | null {
  const match = PARTS.exec(text)
  return match === null ? null : [Number(match[1]), Number(match[3])]
}

/**
 * Reads a date with or without a time: ISO 8601, the same with slashes or dots, month names in English, and day, month and year in an order that has to be
 * given. Null for what is none, and for days that no calendar has.
 */
export function parseDate(text: string, order: DateOrder | null): ParsedDate | null {
  const iso = ISO.exec(text)
  if (iso !== null) return dated(iso[1], iso[3], iso[4], iso.slice(5))
  const parts = PARTS.exec(text)
  if (parts !== null) {
    if (order === null || order === 'ymd') return null
    return order === 'dmy'
      ? dated(parts[4], parts[3], parts[1], parts.slice(5))
      : dated(parts[4], parts[1], parts[3], parts.slice(5))
  }
  const dayFirst = NAMED_DAY_FIRST.exec(text)
  if (dayFirst !== null) return dated(dayFirst[3], monthOf(dayFirst[2]), dayFirst[1], dayFirst.slice(4))
  const monthFirst = NAMED_MONTH_FIRST.exec(text)
  if (monthFirst !== null) return dated(monthFirst[3], monthOf(monthFirst[1]), monthFirst[2], monthFirst.slice(4))
  return null
}

function monthOf(name: string | undefined): string {
  return String(MONTHS.indexOf((name ?? '').slice(0, 3).toLowerCase()) + 1)
}

function dated(
  year: string | undefined,
  month: string | undefined,
  day: string | undefined,
  rest: readonly (string | undefined)[],
): ParsedDate | null {
  const [y, m, d] = [Number(year), Number(month), Number(day)]
  if (m < 1 || m > 12 || d < 1 || d > daysIn(y, m) || y === 0) return null
  const date = `${String(year)}-${pad(m)}-${pad(d)}`
  const [hour, minute, second = '00', fraction, half, zone] = rest
  if (hour === undefined || minute === undefined) return { date, time: null, zone: null }
  const time = clock(hour, minute, second, fraction, half)
  return time === null ? null : { date, time, zone: zone === undefined ? null : offset(zone) }
}

/** `HH:MM:SS[.ffffff]` of a time of day, null for what is none. */
export function parseTime(text: string): string | null {
  const match = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?:\s*([AaPp][Mm]))?$/.exec(text)
  return match === null ? null : clock(match[1] ?? '', match[2] ?? '', match[3] ?? '00', match[4], match[5])
}

function clock(
  hour: string,
  minute: string,
  second: string,
  fraction: string | undefined,
  half: string | undefined,
): string | null {
  let h = Number(hour)
  if (half !== undefined) {
    if (h < 1 || h > 12) return null
    h = (h % 12) + (half.toLowerCase() === 'pm' ? 12 : 0)
  }
  if (h > 23 || Number(minute) > 59 || Number(second) > 59) return null
  const micro = fraction === undefined ? '' : fraction.slice(0, 6).replace(/0+$/, '')
  return `${pad(h)}:${minute}:${second}${micro === '' ? '' : `.${micro}`}`
}

function offset(zone: string): string {
  if (/^[A-Z]/.test(zone)) return '+00:00'
  const digits = zone.slice(1).replace(':', '')
  return `${zone[0] ?? '+'}${digits.slice(0, 2)}:${digits.slice(2) || '00'}`
}

function pad(value: number): string {
  return value < 10 ? `0${value}` : String(value)
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}
