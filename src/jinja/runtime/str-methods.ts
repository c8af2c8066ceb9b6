import { PyBytes } from './bytes.ts'
import { dictGet, dictSet } from './compare.ts'
import { raise } from './errors.ts'
import { isIterable, iterate } from './iterate.ts'
import { type MethodArguments, type MethodTable, MethodTableBuilder } from './method.ts'
import { intOf, requireIndex } from './numbers.ts'
import { textOf } from './str.ts'
import {
  casedTitle,
  foldCase,
  isLowerText,
  isPrintable,
  isTitleText,
  isUpperText,
  swapCase,
  titleText,
} from './str-case.ts'
import { codePointOffset, codePoints, isSpace, textLength, textSlice, trim, trimEnd, trimStart } from './text.ts'
import { typeName } from './type-name.ts'
import { PyDict, PyTuple, type PyValue } from './values.ts'

function mustBeText(value: PyValue | undefined, message: (type: string) => string): string {
  const text = textOf(value ?? null)
  return text === undefined ? raise('TypeError', message(typeName(value ?? null))) : text
}

const plainText = (value: PyValue | undefined): string => mustBeText(value, (type) => `must be str, not ${type}`)

/** A slice bound of find, count, startswith…: None is absent, negative counts from the end. */
function bound(value: PyValue | undefined, length: number, absent: number): number {
  if (value === undefined || value === null) return absent
  const index = intOf(value)
  if (index === undefined) {
    raise('TypeError', 'slice indices must be integers or None or have an __index__ method')
  }
  const number = Number(index)
  return number < 0 ? Math.max(0, number + length) : number
}

/** The part of the text that optional start and end arguments name; null when start lies past the end. */
function windowOf(
  text: string,
  start: PyValue | undefined,
  end: PyValue | undefined,
): { text: string; from: number } | null {
  if (start === undefined && end === undefined) return { text, from: 0 }
  const length = textLength(text)
  const from = bound(start, length, 0)
  const to = Math.min(bound(end, length, length), length)
  return from > length || from > to ? null : { text: textSlice(text, from, to), from }
}

function find(text: string, args: MethodArguments, last: boolean): number {
  const part = plainText(args[0])
  const window = windowOf(text, args[1], args[2])
  if (!window) return -1
  const offset = last ? window.text.lastIndexOf(part) : window.text.indexOf(part)
  return offset < 0 ? -1 : window.from + codePointOffset(window.text, offset)
}

function findOrRaise(text: string, args: MethodArguments, last: boolean): number {
  const index = find(text, args, last)
  return index < 0 ? raise('ValueError', 'substring not found') : index
}

function count(text: string, args: MethodArguments): number {
  const part = plainText(args[0])
  const window = windowOf(text, args[1], args[2])
  if (!window) return 0
  if (part === '') return textLength(window.text) + 1
  return window.text.split(part).length - 1
}

function matchesEnd(text: string, args: MethodArguments, name: 'startswith' | 'endswith'): boolean {
  const window = windowOf(text, args[1], args[2])
  const test = (part: string): boolean =>
    window !== null && (name === 'startswith' ? window.text.startsWith(part) : window.text.endsWith(part))
  const wanted = args[0] ?? null
  if (wanted instanceof PyTuple) {
    return wanted.items.some((item) =>
      test(mustBeText(item, (type) => `tuple for ${name} must only contain str, not ${type}`)),
    )
  }
  return test(mustBeText(wanted, (type) => `${name} first arg must be str or a tuple of str, not ${type}`))
}

function strip(text: string, args: MethodArguments, name: 'strip' | 'lstrip' | 'rstrip'): string {
  const argument = args[0]
  if (argument === undefined || argument === null) {
    return name === 'strip' ? trim(text) : name === 'lstrip' ? trimStart(text) : trimEnd(text)
  }
  const set = new Set(mustBeText(argument, () => `${name} arg must be None or str`))
  const characters = codePoints(text)
  let start = 0
  let end = characters.length
  if (name !== 'rstrip') while (start < end && set.has(characters[start] ?? '')) start++
  if (name !== 'lstrip') while (end > start && set.has(characters[end - 1] ?? '')) end--
  return characters.slice(start, end).join('')
}

function separator(value: PyValue | undefined): string | null {
  if (value === undefined || value === null) return null
  const text = mustBeText(value, (type) => `must be str or None, not ${type}`)
  return text === '' ? raise('ValueError', 'empty separator') : text
}

function limit(value: PyValue | undefined): number {
  if (value === undefined) return Number.POSITIVE_INFINITY
  const number = requireIndex(value)
  return number < 0 ? Number.POSITIVE_INFINITY : number
}

function split(text: string, args: MethodArguments): string[] {
  const mark = separator(args[0])
  const most = limit(args[1])
  if (mark === null) return splitSpaces(text, most)
  const parts = text.split(mark)
  return parts.length - 1 <= most ? parts : [...parts.slice(0, most), parts.slice(most).join(mark)]
}

function splitSpaces(text: string, most: number): string[] {
  const out: string[] = []
  let at = 0
  for (;;) {
    while (at < text.length && isSpace(text.charAt(at))) at++
    if (at >= text.length) return out
    if (out.length >= most) {
      out.push(text.slice(at))
      return out
    }
    const start = at
    while (at < text.length && !isSpace(text.charAt(at))) at++
    out.push(text.slice(start, at))
  }
}

function rsplit(text: string, args: MethodArguments): string[] {
  const mark = separator(args[0])
  const most = limit(args[1])
  if (mark !== null) {
    const parts: string[] = []
    let rest = text
    while (parts.length < most) {
      const at = rest.lastIndexOf(mark)
      if (at < 0) break
      parts.unshift(rest.slice(at + mark.length))
      rest = rest.slice(0, at)
    }
    return [rest, ...parts]
  }
  const out: string[] = []
  let at = text.length
  for (;;) {
    while (at > 0 && isSpace(text.charAt(at - 1))) at--
    if (at === 0) return out
    if (out.length >= most) return [text.slice(0, at), ...out]
    const end = at
    while (at > 0 && !isSpace(text.charAt(at - 1))) at--
    out.unshift(text.slice(at, end))
  }
}

/** str.splitlines(). */
export function splitLines(text: string, keepEnds = false): string[] {
  const out: string[] = []
  // biome-ignore lint/suspicious/noControlCharactersInRegex: Python ends lines at these
  const lines = /([^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]*)(\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]|$)/g
  for (const [all, line = ''] of text.matchAll(lines)) {
    if (all !== '') out.push(keepEnds ? all : line)
  }
  return out
}

function replace(text: string, args: MethodArguments): string {
  const old = mustBeText(args[0], (type) => `replace() argument 1 must be str, not ${type}`)
  const next = mustBeText(args[1], (type) => `replace() argument 2 must be str, not ${type}`)
  return replaceText(text, old, next, limit(args[2]))
}

/** str.replace(). */
export function replaceText(text: string, old: string, next: string, most: number = Number.POSITIVE_INFINITY): string {
  if (most === Number.POSITIVE_INFINITY && old !== '') return text.split(old).join(next)
  if (old === '') {
    const characters = codePoints(text)
    let out = ''
    for (let index = 0; index <= characters.length; index++)
      out += (index < most ? next : '') + (characters[index] ?? '')
    return out
  }
  const parts = text.split(old)
  return parts.length - 1 <= most
    ? parts.join(next)
    : parts.slice(0, most + 1).join(next) + old + parts.slice(most + 1).join(old)
}

function justify(text: string, args: MethodArguments, how: 'left' | 'right' | 'center'): string {
  const width = requireIndex(args[0] ?? null)
  const fill = args[1] === undefined ? ' ' : textOf(args[1])
  if (fill === undefined) {
    raise('TypeError', `The fill character must be a unicode character, not ${typeName(args[1] ?? null)}`)
  }
  if (textLength(fill) !== 1) raise('TypeError', 'The fill character must be exactly one character long')
  return justifyText(text, width, how, fill)
}

const MAX_PADDING = 2 ** 28

/** str.ljust(), rjust() and center(). */
export function justifyText(text: string, width: number, how: 'left' | 'right' | 'center', fill = ' '): string {
  const missing = width - textLength(text)
  if (missing <= 0) return text
  if (missing > MAX_PADDING) raise('MemoryError', '')
  if (how === 'left') return text + fill.repeat(missing)
  if (how === 'right') return fill.repeat(missing) + text
  // CPython puts the odd one left when the width is odd.
  const left = Math.floor(missing / 2) + (missing & width & 1)
  return fill.repeat(left) + text + fill.repeat(missing - left)
}

function partition(text: string, argument: PyValue, last: boolean): PyTuple {
  const mark = plainText(argument)
  if (mark === '') raise('ValueError', 'empty separator')
  const at = last ? text.lastIndexOf(mark) : text.indexOf(mark)
  if (at < 0) return new PyTuple(last ? ['', '', text] : [text, '', ''])
  return new PyTuple([text.slice(0, at), mark, text.slice(at + mark.length)])
}

/** str.join(). */
export function joinTexts(mark: string, argument: PyValue): string {
  if (!isIterable(argument)) raise('TypeError', 'can only join an iterable')
  const parts: string[] = []
  for (const item of iterate(argument)) {
    parts.push(mustBeText(item, (type) => `sequence item ${parts.length}: expected str instance, ${type} found`))
  }
  return parts.join(mark)
}

function zfill(text: string, argument: PyValue): string {
  const missing = requireIndex(argument) - textLength(text)
  if (missing <= 0) return text
  const sign = /^[+-]/.exec(text)?.[0] ?? ''
  return sign + '0'.repeat(missing) + text.slice(sign.length)
}

function expandTabs(text: string, args: MethodArguments): string {
  const size = args[0] === undefined ? 8 : requireIndex(args[0])
  let column = 0
  let out = ''
  for (const character of text) {
    if (character === '\t') {
      const spaces = size > 0 ? size - (column % size) : 0
      out += ' '.repeat(spaces)
      column += spaces
    } else {
      out += character
      column = character === '\n' || character === '\r' ? 0 : column + 1
    }
  }
  return out
}

function translate(text: string, table: PyValue): string {
  if (!(table instanceof PyDict)) raise('TypeError', `'${typeName(table)}' object is not subscriptable`)
  let out = ''
  for (const character of text) {
    const mapped = dictGet(table, character.codePointAt(0) ?? 0)
    if (mapped === undefined) out += character
    else if (mapped !== null) {
      const code = intOf(mapped)
      out += code === undefined ? plainText(mapped) : String.fromCodePoint(Number(code))
    }
  }
  return out
}

function makeTable(_text: string, args: MethodArguments): PyDict {
  const table = new PyDict()
  const [first = null, second, third] = args
  if (second === undefined) {
    if (!(first instanceof PyDict)) raise('TypeError', 'if you give only one argument to maketrans it must be a dict')
    for (const [key, value] of first.entries.values()) {
      dictSet(table, typeof key === 'string' ? (key.codePointAt(0) ?? 0) : key, value)
    }
    return table
  }
  const from = codePoints(plainText(first))
  const to = codePoints(plainText(second))
  if (from.length !== to.length) raise('ValueError', 'the first two maketrans arguments must have equal length')
  from.forEach((character, index) => {
    dictSet(table, character.codePointAt(0) ?? 0, (to[index] ?? '').codePointAt(0) ?? 0)
  })
  if (third !== undefined) for (const character of plainText(third)) dictSet(table, character.codePointAt(0) ?? 0, null)
  return table
}

const DIGIT =
  /^[\p{Nd}\u00b2\u00b3\u00b9\u2070\u2074-\u2079\u2080-\u2089\u2460-\u2468\u2474-\u247c\u2488-\u2490\u24ea\u24f5-\u24fd\u24ff\u2776-\u277e\u2780-\u2788\u278a-\u2792]+$/u
const NUMERIC =
  /^[\p{N}\u3405\u3483\u382a\u3b4d\u4e00\u4e03\u4e07\u4e09\u4e5d\u4e8c\u4e94\u4ebf\u5104\u5146\u516b\u516d\u5341\u5343\u56db\u767e\u842c\u96f6]+$/u

/** Python's str methods, except format and format_map, which look into values (format.ts). */
export const STR_METHODS: MethodTable<string> = new MethodTableBuilder<string>('str')
  .none('lower', (text) => text.toLowerCase())
  .none('upper', (text) => text.toUpperCase())
  .none('casefold', foldCase)
  .none('capitalize', (text) => {
    const [first = ''] = codePoints(text)
    return casedTitle(first) + text.toLowerCase().slice(first.toLowerCase().length)
  })
  .none('title', titleText)
  .none('swapcase', swapCase)
  .between('strip', 0, 1, (text, args) => strip(text, args, 'strip'))
  .between('lstrip', 0, 1, (text, args) => strip(text, args, 'lstrip'))
  .between('rstrip', 0, 1, (text, args) => strip(text, args, 'rstrip'))
  .named('split', ['sep', 'maxsplit'], split)
  .named('rsplit', ['sep', 'maxsplit'], rsplit)
  .named('splitlines', ['keepends'], (text, [keep = false]) => splitLines(text, Boolean(intOf(keep) ?? keep)))
  .one('join', joinTexts)
  .between('replace', 2, 3, replace)
  .between('startswith', 1, 3, (text, args) => matchesEnd(text, args, 'startswith'))
  .between('endswith', 1, 3, (text, args) => matchesEnd(text, args, 'endswith'))
  .between('find', 1, 3, (text, args) => find(text, args, false))
  .between('rfind', 1, 3, (text, args) => find(text, args, true))
  .between('index', 1, 3, (text, args) => findOrRaise(text, args, false))
  .between('rindex', 1, 3, (text, args) => findOrRaise(text, args, true))
  .between('count', 1, 3, count)
  .one('partition', (text, mark) => partition(text, mark, false))
  .one('rpartition', (text, mark) => partition(text, mark, true))
  .one('removeprefix', (text, argument) => {
    const prefix = mustBeText(argument, (type) => `removeprefix() argument must be str, not ${type}`)
    return text.startsWith(prefix) ? text.slice(prefix.length) : text
  })
  .one('removesuffix', (text, argument) => {
    const suffix = mustBeText(argument, (type) => `removesuffix() argument must be str, not ${type}`)
    return suffix !== '' && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text
  })
  .between('ljust', 1, 2, (text, args) => justify(text, args, 'left'))
  .between('rjust', 1, 2, (text, args) => justify(text, args, 'right'))
  .between('center', 1, 2, (text, args) => justify(text, args, 'center'))
  .one('zfill', zfill)
  .named('expandtabs', ['tabsize'], expandTabs)
  .one('translate', translate)
  .between('maketrans', 1, 3, makeTable)
  .named('encode', ['encoding', 'errors'], (text) => PyBytes.ofText(text))
  .none('isalpha', (text) => /^\p{L}+$/u.test(text))
  .none(
    'isalnum',
    (text) => text !== '' && [...text].every((c) => /\p{L}/u.test(c) || DIGIT.test(c) || NUMERIC.test(c)),
  )
  .none('isascii', (text) => !/[^\0-\x7f]/.test(text))
  .none('isdecimal', (text) => /^\p{Nd}+$/u.test(text))
  .none('isdigit', (text) => DIGIT.test(text))
  .none('isnumeric', (text) => NUMERIC.test(text))
  .none('isidentifier', (text) => /^[\p{XIDS}_]\p{XIDC}*$/u.test(text))
  .none('islower', isLowerText)
  .none('isupper', isUpperText)
  .none('istitle', isTitleText)
  .none('isspace', (text) => text !== '' && trim(text) === '')
  .none('isprintable', isPrintable).table
