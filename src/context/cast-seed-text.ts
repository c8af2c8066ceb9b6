import type { PyValue } from '../jinja/index.ts'
import { Decimal } from './decimal.ts'
import { daysIn, parseIsoDatetime } from './iso-datetime.ts'
import { dateOfText, timestampOfText } from './python-time.ts'

/** The types that a seed's column is tried as, in dbt's order; Text takes everything. */
export const SEED_TYPES = ['Number', 'Date', 'DateTime', 'ISODateTime', 'Boolean', 'Text'] as const

export type SeedType = (typeof SEED_TYPES)[number]

/** agate's list of signs that may stand around a number. */
const CURRENCIES = ['؋', '$', 'ƒ', '៛', '¥', '₡', '₱', '£', '€', '¢', '﷼', '₪', '₩', '₭', '₮', '₦', '฿', '₤', '₫']
const DATE = /^(\d{4})-(1[0-2]|0[1-9]|[1-9])-(3[01]|[12]\d|0[1-9]|[1-9]| [1-9])$/
const DATETIME =
  /^(\d{4})-(1[0-2]|0[1-9]|[1-9])-(3[01]|[12]\d|0[1-9]|[1-9]| [1-9])\s+(2[0-3]|[01]\d|\d):([0-5]\d|\d):([0-5]\d|\d)$/
/** Past this Python's decimals end; dbt fails on such a cell, here it is text. */
const MAX_EXPONENT = 999_999
const PLAIN_NUMBER = /^\d{1,15}(?:\.\d{1,10})?$/
const NO_NUMBER = /[a-df-mo-zA-DF-MO-Z]/

/** What a cell's text is as a type: a value, null for `null` and empty cells, undefined when the type does not take the text. */
export function castSeedText(text: string, type: SeedType): PyValue | undefined {
  const trimmed = trim(text)
  if (trimmed === '' || isNull(trimmed)) return null
  switch (type) {
    case 'Number':
      return numberOf(trimmed)
    case 'Date': {
      const match = DATE.exec(trimmed)
      return match === null ? undefined : calendarDate(match)
    }
    case 'DateTime': {
      const match = DATETIME.exec(trimmed)
      if (match === null || calendarDate(match) === undefined) return undefined
      const [, year, month, day, hour, minute, second] = match
      return timestampOfText(`${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}:${two(second)}`)
    }
    case 'ISODateTime':
      return parseIsoDatetime(trimmed)
    case 'Boolean': {
      const word = trim(trimmed.replaceAll(',', '')).toLowerCase()
      if (word === '' || word === 'null') return null
      return word === 'true' ? true : word === 'false' ? false : undefined
    }
    case 'Text':
      return text
  }
}

function isNull(text: string): boolean {
  return text.length === 4 && text.toLowerCase() === 'null'
}

/** Python's str.strip(): as JavaScript's, but a byte-order mark stays. */
function trim(text: string): string {
  const trimmed = text.trim()
  return trimmed.length === text.length || !text.includes('\uFEFF')
    ? trimmed
    : text.replace(/^[^\S\uFEFF]+|[^\S\uFEFF]+$/g, '')
}

function two(part: string | undefined): string {
  return (part ?? '').trim().padStart(2, '0')
}

function calendarDate([, year = '', month = '', day = '']: readonly (string | undefined)[]): PyValue | undefined {
  const [y, m, d] = [Number(year), Number(month), Number(day)]
  return y < 1 || d > daysIn(y, m) ? undefined : dateOfText(`${year}-${two(month)}-${two(day)}`)
}

/** agate's Number of a text: `%` and signs of currencies around it and commas in it do not count. */
function numberOf(trimmed: string): Decimal | undefined {
  const first = trimmed.charCodeAt(0)
  if (first >= 0x30 && first <= 0x39 && PLAIN_NUMBER.test(trimmed)) return Decimal.parse(trimmed)
  // Most texts that are no numbers hold a letter that none has (NaN and infinity aside).
  if (NO_NUMBER.test(trimmed) && !/^[^a-z]*(?:inf(?:inity)?|nan\d*)[^a-z]*$/i.test(trimmed)) return undefined
  let text = strip(trimmed, '%')
  const negative = text.startsWith('-')
  if (negative) text = text.slice(1)
  for (const symbol of CURRENCIES) if (text.includes(symbol)) text = strip(text, symbol)
  text = text.replaceAll(',', '')
  const value = Decimal.parse(text)
  if (value === undefined || Math.abs(value.wholePlaces) > MAX_EXPONENT) return undefined
  // Times -1, not negated: agate's zero keeps its sign.
  return negative ? (value.$binary('*', -1, false) as Decimal) : value.asResult()
}

function strip(text: string, character: string): string {
  let [start, end] = [0, text.length]
  while (start < end && text[start] === character) start += 1
  while (end > start && text[end - 1] === character) end -= 1
  return text.slice(start, end)
}
