/** The proleptic Gregorian calendar in whole numbers; day 0 is 1970-01-01. */

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

export function daysInMonth(year: number, month: number): number {
  return month === 2 && isLeapYear(year) ? 29 : (MONTH_DAYS[month - 1] ?? 0)
}

/** Days since 1970-01-01 (Howard Hinnant's civil-date arithmetic). */
export function dayNumber(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146097 + dayOfEra - 719468
}

export interface CivilDate {
  readonly year: number
  readonly month: number
  readonly day: number
}

export function civilDate(days: number): CivilDate {
  const z = days + 719468
  const era = Math.floor(z / 146097)
  const dayOfEra = z - era * 146097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shifted = Math.floor((5 * dayOfYear + 2) / 153)
  const month = shifted + (shifted < 10 ? 3 : -9)
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1,
  }
}

/** Monday 0 … Sunday 6. */
export function weekday(days: number): number {
  return (((days + 3) % 7) + 7) % 7
}

export function dayOfYear(date: CivilDate): number {
  return dayNumber(date.year, date.month, date.day) - dayNumber(date.year, 1, 1) + 1
}

/** ISO 8601 year, week and weekday (1 Monday … 7 Sunday). */
export function isoCalendar(date: CivilDate): readonly [year: number, week: number, weekday: number] {
  const days = dayNumber(date.year, date.month, date.day)
  const day = weekday(days)
  const thursday = civilDate(days - day + 3)
  const firstDay = dayNumber(thursday.year, 1, 1)
  return [thursday.year, Math.floor((days - day + 3 - firstDay) / 7) + 1, day + 1]
}

export const DAY_NAMES = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
export const MONTH_NAMES = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

export function pad(value: number, width: number): string {
  return String(value).padStart(width, '0')
}
