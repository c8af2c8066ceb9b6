import { parameter } from './arguments.ts'
import { add } from './arithmetic.ts'
import { callMethod } from './attributes.ts'
import { noAttribute } from './collection-methods.ts'
import { raise } from './errors.ts'
import { type Filter, filter } from './filter.ts'
import { isIterable, iterate, pyLength, truthy, unpack } from './iterate.ts'
import { escapeText, Markup } from './markup.ts'
import { stripTags } from './markup-methods.ts'
import { toFloat } from './number-filters.ts'
import { fixedText, requireIndex } from './numbers.ts'
import { formatPercent } from './percent-format.ts'
import { prettyText } from './pretty.ts'
import { pyRepr, pyStr, textOf } from './str.ts'
import { justifyText, replaceText, splitLines } from './str-methods.ts'
import { codePoints, PYTHON_SPACE } from './text.ts'
import { typeName } from './type-name.ts'
import { Undefined } from './undefined.ts'
import { urlize } from './urlize.ts'
import { PyDict, PyTuple, type PyValue } from './values.ts'
import { wrapLines } from './wrap-text.ts'

/** soft_str: Markup stays Markup, all else becomes a plain str. */
function soft(value: PyValue): string | Markup {
  return value instanceof Markup ? value : pyStr(value)
}

/** A str method applied to soft_str(value). */
const through =
  (name: string) =>
  (values: readonly PyValue[]): PyValue =>
    callMethod(soft(values[0] ?? null), name, values.slice(1)) as PyValue

const TITLE_BREAK = new RegExp(`([-${PYTHON_SPACE}({[<]+)`)

function titled(value: PyValue): string {
  return pyStr(value)
    .split(TITLE_BREAK)
    .filter((part) => part !== '')
    .map((part) => {
      const [first = ''] = codePoints(part)
      return first.toUpperCase() + part.slice(first.length).toLowerCase()
    })
    .join('')
}

function replaced([value = null, old = null, next = null, count = null]: readonly PyValue[]): string {
  const most = count === null ? -1 : requireIndex(count)
  return replaceText(pyStr(value), pyStr(old), pyStr(next), most < 0 ? Number.POSITIVE_INFINITY : most)
}

/** value += '\\n', as Jinja's indent does to anything. */
function withNewline(value: PyValue): string {
  const text = textOf(value)
  if (text !== undefined) return `${text}\n`
  if (value instanceof PyTuple || value instanceof Undefined) return pyStr(add(value, '\n'))
  if (Array.isArray(value)) return raise('AttributeError', noAttribute(value, 'splitlines'))
  return raise('TypeError', `unsupported operand type(s) for +=: '${typeName(value)}' and 'str'`)
}

/** The text of a value whose str methods a filter calls outright. */
function textFor(value: PyValue, method: string): string {
  if (value instanceof Undefined) value.fail()
  return textOf(value) ?? raise('AttributeError', noAttribute(value, method))
}

function indented([value = null, width = 4, first = false, blank = false]: readonly PyValue[]): PyValue {
  const indent = textOf(width) ?? ' '.repeat(Math.max(0, requireIndex(width)))
  const whole = withNewline(value)
  const lines = splitLines(whole)
  let out: string
  if (truthy(blank)) out = lines.join(`\n${indent}`)
  else {
    const [head = '', ...rest] = lines
    out = [head, ...rest.map((line) => (line === '' ? line : indent + line))].join('\n')
  }
  if (truthy(first)) out = indent + out
  return value instanceof Markup ? new Markup(out) : out
}

const LEEWAY = 5

function truncated([
  value = null,
  length = 255,
  kill = false,
  end = '...',
  leeway = null,
]: readonly PyValue[]): PyValue {
  const size = requireIndex(length)
  const tolerance = leeway === null ? LEEWAY : requireIndex(leeway)
  const ending = pyStr(end)
  const room = size - pyLength(end)
  if (room < 0) raise('AssertionError', `expected length >= ${pyLength(end)}, got ${size}`)
  if (tolerance < 0) raise('AssertionError', `expected leeway >= 0, got ${tolerance}`)
  if (pyLength(value) <= size + tolerance) return value
  const text = textOf(value) ?? raise('TypeError', `'${typeName(value)}' object is not subscriptable`)
  const cut = codePoints(text).slice(0, room).join('')
  const space = cut.lastIndexOf(' ')
  const out = truthy(kill) || space < 0 ? cut + ending : cut.slice(0, space) + ending
  return value instanceof Markup ? new Markup(out) : out
}

function formatted(value: PyValue, args: PyTuple, kwargs: PyDict): PyValue {
  if (args.items.length > 0 && kwargs.size > 0) {
    raise('FilterArgumentError', "can't handle positional and keyword arguments at the same time")
  }
  const text = soft(value)
  const argument = kwargs.size > 0 ? kwargs : args
  return text instanceof Markup
    ? new Markup(formatPercent(text.text, argument, true))
    : formatPercent(text, argument, false)
}

export function joined(
  [value = null, mark = '', attribute = null]: readonly PyValue[],
  pick: (item: PyValue) => PyValue,
): string {
  const out: string[] = []
  for (const item of iterate(value)) out.push(pyStr(attribute === null ? item : pick(item)))
  return out.join(pyStr(mark))
}

const URL_SAFE = /[^A-Za-z0-9_.~-]/gu

function quoteUrl(value: PyValue, query: boolean): string {
  const quoted = pyStr(value).replace(URL_SAFE, (character) => {
    if (character === '/' && !query) return '/'
    return [...new TextEncoder().encode(character)]
      .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join('')
  })
  return query ? quoted.replaceAll('%20', '+') : quoted
}

function urlEncoded(value: PyValue): string {
  const pairs: PyValue[] = []
  if (value instanceof PyDict) for (const pair of value.entries.values()) pairs.push(new PyTuple(pair))
  else if (textOf(value) === undefined && isIterable(value)) pairs.push(...iterate(value))
  else return quoteUrl(value, false)
  return pairs
    .map((pair) => {
      const [key = null, item = null] = unpack(pair, 2)
      return `${quoteUrl(key, true)}=${quoteUrl(item, true)}`
    })
    .join('&')
}

function xmlAttributes(value: PyValue, space: PyValue): string {
  if (value instanceof Undefined) value.fail()
  if (!(value instanceof PyDict)) return raise('AttributeError', noAttribute(value, 'items'))
  const items: string[] = []
  for (const [key, item] of value.entries.values()) {
    if (item === null || item instanceof Undefined) continue
    const name = pyStr(key)
    if (/[ \t\n\r\f\v/>=]/.test(name)) raise('ValueError', `Invalid character in attribute name: ${pyRepr(key)}`)
    items.push(`${escapeText(key)}="${escapeText(item)}"`)
  }
  return items.length > 0 && truthy(space) ? ` ${items.join(' ')}` : items.join(' ')
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB', 'ZB', 'YB'] as const

function fileSize(value: PyValue, binary: PyValue): string {
  const bytes = toFloat(value)
  const base = truthy(binary) ? 1024 : 1000
  if (bytes === 1) return '1 Byte'
  if (bytes < base) return `${Math.trunc(bytes)} Bytes`
  let power = 1
  while (power < UNITS.length - 1 && bytes >= base ** (power + 1)) power++
  const unit = UNITS[power] ?? ''
  return `${fixedText((base * bytes) / base ** (power + 1), 1)} ${base === 1024 ? `${unit.charAt(0).toUpperCase()}iB` : unit}`
}

const value = parameter('value')
const s = parameter('s')

/** Jinja's filters that make text. */
export const TEXT_FILTERS: readonly (readonly [string, Filter])[] = [
  ['capitalize', filter('do_capitalize', [s], through('capitalize'))],
  ['lower', filter('do_lower', [s], through('lower'))],
  ['upper', filter('do_upper', [s], through('upper'))],
  ['trim', filter('do_trim', [value, parameter('chars', null)], through('strip'))],
  ['title', filter('do_title', [s], ([text = null]) => titled(text))],
  [
    'center',
    filter('do_center', [value, parameter('width', 80)], ([text = null, width = 80]) => {
      const centered = justifyText(pyStr(text), requireIndex(width), 'center')
      return text instanceof Markup ? new Markup(centered) : centered
    }),
  ],
  ['string', filter('soft_str', [s], ([text = null]) => soft(text))],
  ['replace', filter('do_replace', [s, parameter('old'), parameter('new'), parameter('count', null)], replaced, 1)],
  [
    'indent',
    filter('do_indent', [s, parameter('width', 4), parameter('first', false), parameter('blank', false)], indented),
  ],
  [
    'truncate',
    filter(
      'do_truncate',
      [s, parameter('length', 255), parameter('killwords', false), parameter('end', '...'), parameter('leeway', null)],
      truncated,
      1,
    ),
  ],
  [
    'format',
    filter(
      'do_format',
      [value, { name: 'args', kind: 'rest' }, { name: 'kwargs', kind: 'keywords' }],
      ([text = null, args, kwargs]) =>
        formatted(
          text,
          args instanceof PyTuple ? args : new PyTuple([]),
          kwargs instanceof PyDict ? kwargs : new PyDict(),
        ),
    ),
  ],
  ['wordcount', filter('do_wordcount', [s], ([text = null]) => pyStr(text).match(/[\p{L}\p{N}_]+/gu)?.length ?? 0)],
  [
    'wordwrap',
    filter(
      'do_wordwrap',
      [
        s,
        parameter('width', 79),
        parameter('break_long_words', true),
        parameter('wrapstring', null),
        parameter('break_on_hyphens', true),
      ],
      ([text = null, width = 79, long = true, mark = null, hyphens = true]) =>
        splitLines(textFor(text, 'splitlines'))
          .map((line) =>
            wrapLines(line, requireIndex(width), truthy(long), truthy(hyphens)).join(
              mark === null ? '\n' : pyStr(mark),
            ),
          )
          .join(mark === null ? '\n' : pyStr(mark)),
      1,
    ),
  ],
  ['striptags', filter('do_striptags', [value], ([text = null]) => stripTags(pyStr(text)))],
  ['escape', filter('escape', [s], ([text = null]) => new Markup(escapeText(text)))],
  ['e', filter('escape', [s], ([text = null]) => new Markup(escapeText(text)))],
  ['forceescape', filter('do_forceescape', [value], ([text = null]) => new Markup(escapeText(pyStr(text))))],
  ['safe', filter('do_mark_safe', [value], ([text = null]) => new Markup(pyStr(text)))],
  ['urlencode', filter('do_urlencode', [value], ([text = null]) => urlEncoded(text))],
  [
    'urlize',
    filter(
      'do_urlize',
      [
        value,
        parameter('trim_url_limit', null),
        parameter('nofollow', false),
        parameter('target', null),
        parameter('rel', null),
        parameter('extra_schemes', null),
      ],
      ([text = null, limit = null, nofollow = false, target = null, rel = null, schemes = null]) =>
        urlize(pyStr(text), {
          limit: limit === null ? null : requireIndex(limit),
          nofollow: truthy(nofollow),
          target: target === null ? null : pyStr(target),
          rel: rel === null ? '' : pyStr(rel),
          schemes: schemes === null ? [] : [...iterate(schemes)].map(pyStr),
        }),
      1,
    ),
  ],
  [
    'xmlattr',
    filter(
      'do_xmlattr',
      [parameter('d'), parameter('autospace', true)],
      ([dict = null, space = true]) => xmlAttributes(dict, space),
      1,
    ),
  ],
  [
    'filesizeformat',
    filter('do_filesizeformat', [value, parameter('binary', false)], ([size = null, binary = false]) =>
      fileSize(size, binary),
    ),
  ],
  ['pprint', filter('do_pprint', [value], ([item = null]) => prettyText(item))],
]
