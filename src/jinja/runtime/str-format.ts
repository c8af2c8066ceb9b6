import { raise } from './errors.ts'
import { formatValue } from './format-spec.ts'
import { pyRepr, pyStr, quoteText } from './str.ts'
import type { PyValue } from './values.ts'

/** Where str.format finds its values. */
export interface FormatSource {
  /** A positional argument, by number. */
  position(index: number): PyValue
  /** A keyword argument. Raises KeyError. */
  keyword(name: string): PyValue
  attribute(value: PyValue, name: string): PyValue
  item(value: PyValue, key: PyValue): PyValue
}

/** How one replaced field becomes text: format(), and for Markup escaped. */
export type FieldFormat = (value: PyValue, spec: string) => string

interface Numbering {
  next: number
  manual: boolean | null
}

const MAX_DEPTH = 2

/** Python's str.format (string.Formatter.vformat). */
export function formatFields(template: string, source: FormatSource, format: FieldFormat = formatValue): string {
  return expand(template, source, format, { next: 0, manual: null }, MAX_DEPTH)
}

function expand(
  template: string,
  source: FormatSource,
  format: FieldFormat,
  numbering: Numbering,
  depth: number,
): string {
  if (depth < 0) raise('ValueError', 'Max string recursion exceeded')
  let out = ''
  let at = 0
  while (at < template.length) {
    const character = template.charAt(at)
    if (character === '{' && template.charAt(at + 1) === '{') {
      out += '{'
      at += 2
    } else if (character === '}') {
      if (template.charAt(at + 1) !== '}') raise('ValueError', "Single '}' encountered in format string")
      out += '}'
      at += 2
    } else if (character === '{') {
      const end = fieldEnd(template, at + 1)
      out += field(template.slice(at + 1, end), source, format, numbering, depth)
      at = end + 1
    } else {
      const next = /[{}]/.exec(template.slice(at))
      const stop = next ? at + next.index : template.length
      out += template.slice(at, stop)
      at = stop
    }
  }
  return out
}

function fieldEnd(template: string, start: number): number {
  let open = 1
  let bracket = false
  if (start >= template.length) raise('ValueError', "Single '{' encountered in format string")
  for (let at = start; at < template.length; at++) {
    const character = template.charAt(at)
    if (character === '[') bracket = true
    else if (character === ']') bracket = false
    else if (bracket) continue
    else if (character === '{') open++
    else if (character === '}' && --open === 0) return at
  }
  return raise('ValueError', "expected '}' before end of string")
}

function field(text: string, source: FormatSource, format: FieldFormat, numbering: Numbering, depth: number): string {
  const match = /^((?:\[[^\]]*\]?|[^[!:{}])*)(?:!([\s\S]?)([^:]*))?(?::([\s\S]*))?$/u.exec(text)
  if (!match) return raise('ValueError', "unexpected '{' in field name")
  const [, path = '', conversion, extra, spec = ''] = match
  if (extra) raise('ValueError', "expected ':' after conversion specifier")
  if (conversion === '') raise('ValueError', "unmatched '{' in format spec")
  const value = lookup(path, source, numbering)
  const converted = conversion === undefined ? value : convert(value, conversion)
  return format(converted, spec === '' ? '' : expand(spec, source, format, numbering, depth - 1))
}

function convert(value: PyValue, conversion: string): PyValue {
  switch (conversion) {
    case 's':
      return pyStr(value)
    case 'r':
      return pyRepr(value)
    case 'a':
      return pyRepr(value).replace(/[^\0-\x7f]/gu, (character) => {
        const code = character.codePointAt(0) ?? 0
        return code < 0x100
          ? `\\x${code.toString(16)}`
          : code < 0x10000
            ? `\\u${code.toString(16).padStart(4, '0')}`
            : `\\U${code.toString(16).padStart(8, '0')}`
      })
    default:
      return raise('ValueError', `Unknown conversion specifier ${conversion}`)
  }
}

function lookup(path: string, source: FormatSource, numbering: Numbering): PyValue {
  const [first = ''] = /^[^.[]*/.exec(path) ?? []
  let value = start(first, source, numbering)
  let rest = path.slice(first.length)
  while (rest !== '') {
    const attribute = /^\.([^.[]*)/.exec(rest)
    const item = attribute ? null : /^\[([^\]]*)\]/.exec(rest)
    const [all = '', name = ''] = attribute ?? item ?? []
    if (all === '') raise('ValueError', "Missing ']' in format string")
    if (name === '') raise('ValueError', 'Empty attribute in format string')
    if (attribute) value = source.attribute(value, name)
    else value = source.item(value, /^\d+$/.test(name) ? Number(name) : name)
    rest = rest.slice(all.length)
    if (rest !== '' && !/^[.[]/.test(rest)) {
      raise('ValueError', "Only '.' or '[' may follow ']' in format field specifier")
    }
  }
  return value
}

function start(first: string, source: FormatSource, numbering: Numbering): PyValue {
  if (first === '') {
    if (numbering.manual === true) {
      raise('ValueError', 'cannot switch from manual field specification to automatic field numbering')
    }
    numbering.manual = false
    return source.position(numbering.next++)
  }
  if (!/^\d+$/.test(first)) return source.keyword(first)
  if (numbering.manual === false) {
    raise('ValueError', 'cannot switch from manual field specification to automatic field numbering')
  }
  numbering.manual = true
  return source.position(Number(first))
}

/** The KeyError of a keyword that is not there. */
export function missingKeyword(name: string): never {
  return raise('KeyError', quoteText(name))
}
