import { raise } from '../runtime/errors.ts'
import { DAY_NAMES, dayNumber, dayOfYear, isoCalendar, MONTH_NAMES, pad, weekday } from './calendar.ts'

/** What a date, time or datetime has to show; a date shows midnight. */
export interface FormatFields {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly microsecond: number
  /** Seconds east of UTC; null for a naive value. */
  readonly offsetSeconds: number | null
  readonly zoneName: string | null
}

/** strftime in the C locale, with glibc's `%-d` (no padding) and `%s`. */
export function strftime(fields: FormatFields, format: string): string {
  return format.replace(/%([-_^0#]?)(:?[a-zA-Z%])/g, (whole, flag: string, code: string) => {
    const made = directive(fields, code)
    if (made === undefined) return whole
    switch (flag) {
      case '-':
        return made.replace(/^0+(?=\d)/, '').replace(/^ +/, '')
      case '_':
        return made.replace(/^0+(?=\d)/, (zeros) => ' '.repeat(zeros.length))
      case '^':
        return made.toUpperCase()
      default:
        return made
    }
  })
}

function directive(fields: FormatFields, code: string): string | undefined {
  const days = dayNumber(fields.year, fields.month, fields.day)
  const twelve = fields.hour % 12 === 0 ? 12 : fields.hour % 12
  const two = (value: number): string => pad(value, 2)
  switch (code) {
    case 'Y':
      return String(fields.year)
    case 'C':
      return two(Math.floor(fields.year / 100))
    case 'y':
      return two(fields.year % 100)
    case 'm':
      return two(fields.month)
    case 'd':
      return two(fields.day)
    case 'e':
      return String(fields.day).padStart(2, ' ')
    case 'H':
      return two(fields.hour)
    case 'k':
      return String(fields.hour).padStart(2, ' ')
    case 'I':
      return two(twelve)
    case 'l':
      return String(twelve).padStart(2, ' ')
    case 'M':
      return two(fields.minute)
    case 'S':
      return two(fields.second)
    case 'f':
      return pad(fields.microsecond, 6)
    case 'p':
      return fields.hour < 12 ? 'AM' : 'PM'
    case 'P':
      return fields.hour < 12 ? 'am' : 'pm'
    case 'j':
      return pad(dayOfYear(fields), 3)
    case 'a':
      return (DAY_NAMES[weekday(days)] ?? '').slice(0, 3)
    case 'A':
      return DAY_NAMES[weekday(days)]
    case 'b':
    case 'h':
      return (MONTH_NAMES[fields.month - 1] ?? '').slice(0, 3)
    case 'B':
      return MONTH_NAMES[fields.month - 1]
    case 'w':
      return String((weekday(days) + 1) % 7)
    case 'u':
      return String(weekday(days) + 1)
    case 'U':
      return two(Math.floor((dayOfYear(fields) + 6 - ((weekday(days) + 1) % 7)) / 7))
    case 'W':
      return two(Math.floor((dayOfYear(fields) + 6 - weekday(days)) / 7))
    case 'G':
      return String(isoCalendar(fields)[0])
    case 'g':
      return two(isoCalendar(fields)[0] % 100)
    case 'V':
      return two(isoCalendar(fields)[1])
    case 'z':
      return fields.offsetSeconds === null ? '' : offsetText(fields.offsetSeconds, '')
    case ':z':
      return fields.offsetSeconds === null ? '' : offsetText(fields.offsetSeconds, ':')
    case 'Z':
      return fields.zoneName ?? ''
    case 's': {
      const seconds = days * 86_400 + fields.hour * 3600 + fields.minute * 60 + fields.second
      return String(seconds - (fields.offsetSeconds ?? 0))
    }
    case 'n':
      return '\n'
    case 't':
      return '\t'
    case '%':
      return '%'
    case 'c':
      return strftime(fields, '%a %b %e %H:%M:%S %Y')
    case 'x':
    case 'D':
      return strftime(fields, '%m/%d/%y')
    case 'X':
    case 'T':
      return strftime(fields, '%H:%M:%S')
    case 'R':
      return strftime(fields, '%H:%M')
    case 'r':
      return strftime(fields, '%I:%M:%S %p')
    case 'F':
      return strftime(fields, '%Y-%m-%d')
    default:
      return undefined
  }
}

/** `+HHMM`, `+HH:MM`, with seconds where there are any. */
export function offsetText(offsetSeconds: number, separator: string): string {
  const size = Math.abs(offsetSeconds)
  const seconds = size % 60
  const parts = [
    pad(Math.floor(size / 3600), 2),
    pad(Math.floor((size % 3600) / 60), 2),
    ...(seconds ? [pad(seconds, 2)] : []),
  ]
  return `${offsetSeconds < 0 ? '-' : '+'}${parts.join(separator)}`
}

export interface ParsedFields {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly microsecond: number
  readonly offsetSeconds: number | null
  readonly zoneName: string | null
}

/** strptime in the C locale. Raises ValueError in Python's words. */
export function strptime(text: string, format: string): ParsedFields {
  const names: string[] = []
  const alternatives = (words: readonly string[]): string => words.map((word) => word.toLowerCase()).join('|')
  const short = (words: readonly string[]): string[] => words.map((word) => word.slice(0, 3))
  const patterns: Readonly<Record<string, string>> = {
    Y: '(\\d{4})',
    y: '(\\d{2})',
    m: '(1[0-2]|0[1-9]|[1-9])',
    d: '(3[01]|[12]\\d|0[1-9]|[1-9]| [1-9])',
    e: '(3[01]|[12]\\d|0[1-9]|[1-9]| [1-9])',
    H: '(2[0-3]|[01]\\d|\\d)',
    I: '(1[0-2]|0[1-9]|[1-9])',
    M: '([0-5]\\d|\\d)',
    S: '(6[01]|[0-5]\\d|\\d)',
    f: '(\\d{1,6})',
    j: '(36[0-6]|3[0-5]\\d|[12]\\d\\d|0[1-9]\\d|00[1-9]|[1-9]\\d|0[1-9]|[1-9])',
    p: '(am|pm)',
    z: '([+-]\\d\\d:?[0-5]\\d(?::?[0-5]\\d(?:\\.\\d{1,6})?)?|z)',
    Z: '(utc|gmt)',
    a: `(${alternatives(short(DAY_NAMES))})`,
    A: `(${alternatives(DAY_NAMES)})`,
    b: `(${alternatives(short(MONTH_NAMES))})`,
    h: `(${alternatives(short(MONTH_NAMES))})`,
    B: `(${alternatives(MONTH_NAMES)})`,
    w: '([0-6])',
    U: '(5[0-3]|[0-4]\\d|\\d)',
    W: '(5[0-3]|[0-4]\\d|\\d)',
  }
  const full = format
    .replace(/%T/g, '%H:%M:%S')
    .replace(/%F/g, '%Y-%m-%d')
    .replace(/%R/g, '%H:%M')
    .replace(/%D|%x/g, '%m/%d/%y')
    .replace(/%X/g, '%H:%M:%S')
    .replace(/%c/g, '%a %b %d %H:%M:%S %Y')
  const source = full.replace(
    /%(.)|\s+|([.^$*+?()[\]{}|\\/])/g,
    (whole, code: string | undefined, special: string | undefined) => {
      if (special) return `\\${special}`
      if (code === undefined) return '\\s+'
      if (code === '%') return '%'
      const pattern = patterns[code]
      if (!pattern) raise('ValueError', `'${code}' is a bad directive in format '${format}'`)
      names.push(code)
      return pattern + (whole ? '' : '')
    },
  )
  const match = new RegExp(`^${source}`, 'i').exec(text)
  if (!match) raise('ValueError', `time data '${text}' does not match format '${format}'`)
  if (match[0].length !== text.length) raise('ValueError', `unconverted data remains: ${text.slice(match[0].length)}`)
  return fieldsOf(names, match)
}

function fieldsOf(names: readonly string[], match: readonly (string | undefined)[]): ParsedFields {
  const found = new Map(names.map((name, index) => [name, (match[index + 1] ?? '').trim()]))
  const number = (code: string, fallback: number): number => (found.has(code) ? Number(found.get(code)) : fallback)
  const index = (words: readonly string[], code: string, length: number): number =>
    words.findIndex((word) => word.slice(0, length).toLowerCase() === found.get(code)?.toLowerCase())
  let year = number('Y', 1900)
  if (found.has('y')) year = number('y', 0) + (number('y', 0) <= 68 ? 2000 : 1900)
  let month = number('m', 1)
  if (found.has('B')) month = index(MONTH_NAMES, 'B', 20) + 1
  if (found.has('b')) month = index(MONTH_NAMES, 'b', 3) + 1
  if (found.has('h')) month = index(MONTH_NAMES, 'h', 3) + 1
  let day = number('d', number('e', 1))
  if (found.has('j') && !found.has('m') && !found.has('d')) {
    const days = dayNumber(year, 1, 1) + number('j', 1) - 1
    month = 1
    while (month < 12 && dayNumber(year, month + 1, 1) <= days) month++
    day = days - dayNumber(year, month, 1) + 1
  }
  let hour = number('H', 0)
  if (found.has('I')) {
    const afternoon = found.get('p')?.toLowerCase() === 'pm'
    hour = (number('I', 12) % 12) + (afternoon ? 12 : 0)
  }
  const zone = found.get('z')
  let offsetSeconds: number | null = null
  if (zone !== undefined) {
    const digits = zone.replace(/[^\d]/g, '')
    const size = Number(digits.slice(0, 2)) * 3600 + Number(digits.slice(2, 4)) * 60 + Number(digits.slice(4, 6) || 0)
    offsetSeconds = zone.toLowerCase() === 'z' ? 0 : zone.startsWith('-') ? -size : size
  }
  return {
    year,
    month,
    day,
    hour,
    minute: number('M', 0),
    second: number('S', 0),
    microsecond: Number((found.get('f') ?? '0').padEnd(6, '0')),
    offsetSeconds,
    zoneName: null,
  }
}
