import { raise } from '../jinja/index.ts'
import type { Decimal } from './decimal.ts'

const SPEC = /^(?:(.)?([<>=^]))?([+\- ])?(0)?(\d+)?(,)?(?:\.(\d+))?([eEfFgGn%])?$/su

/** Python's format() of a Decimal: fill, alignment, sign, zeros, width, thousands, places and the types f, % and s; e and g through a double. */
export function formatDecimal(value: Decimal, spec: string): string {
  if (spec === '') return value.$str()
  const match = SPEC.exec(spec)
  if (match === null)
    return raise('ValueError', `Invalid format specifier '${spec}' for object of type 'decimal.Decimal'`)
  const [, fillGiven, alignGiven, sign = '-', zero, widthText, comma, placesText, type] = match
  const places = placesText === undefined ? null : Number(placesText)
  let text = digitsOf(value, type, places)
  const negative = text.startsWith('-')
  if (negative) text = text.slice(1)
  if (comma !== undefined) text = text.replace(/^\d+/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, ','))
  const prefix = negative ? '-' : sign === '-' ? '' : sign
  const fill = fillGiven ?? (zero === undefined ? ' ' : '0')
  const align = alignGiven ?? (zero === undefined ? '>' : '=')
  const space = Math.max(0, Number(widthText ?? 0) - prefix.length - text.length)
  switch (align) {
    case '<':
      return prefix + text + fill.repeat(space)
    case '^':
      return fill.repeat(Math.floor(space / 2)) + prefix + text + fill.repeat(Math.ceil(space / 2))
    case '=':
      return prefix + fill.repeat(space) + text
    default:
      return fill.repeat(space) + prefix + text
  }
}

function digitsOf(value: Decimal, type: string | undefined, places: number | null): string {
  switch (type) {
    case 'f':
    case 'F':
      return (places === null ? value : value.rounded(places)).plainText
    case '%': {
      const percent = value.shifted(2)
      return `${(places === null ? percent : percent.rounded(places)).plainText}%`
    }
    case 'e':
    case 'E': {
      const text = value.toNumber().toExponential(places ?? undefined)
      return type === 'E' ? text.toUpperCase() : text
    }
    default:
      if (places === null) return value.$str()
      return value.rounded(Math.max(0, places - value.wholePlaces)).$str()
  }
}
