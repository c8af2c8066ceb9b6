import { iterate } from './iterate.ts'
import { escapeText, Markup } from './markup.ts'
import { type Method, type MethodTable, NO_KWARGS } from './method.ts'
import { textOf } from './str.ts'
import { joinTexts, STR_METHODS } from './str-methods.ts'
import { PyTuple, type PyValue } from './values.ts'

/** Arguments that Markup's methods escape, by position. */
const ESCAPED: ReadonlyMap<string, number> = new Map([
  ['replace', 1],
  ['ljust', 1],
  ['rjust', 1],
  ['center', 1],
])

/** Methods that Markup does not override: their results stay plain. */
const PLAIN: ReadonlySet<string> = new Set(['encode', 'maketrans'])

function marked(value: PyValue): PyValue {
  if (typeof value === 'string') return new Markup(value)
  if (Array.isArray(value)) return value.map(marked)
  return value instanceof PyTuple ? new PyTuple(value.items.map(marked)) : value
}

function markupMethod(name: string, method: Method<string>): Method<Markup> {
  if (name === 'join') {
    return ({ text }, args, kwargs) => {
      if (args.length !== 1 || kwargs.size > 0) return method(text, args, kwargs)
      return new Markup(joinTexts(text, [...iterate(args[0] ?? null)].map(escapeText)))
    }
  }
  const escaped = ESCAPED.get(name)
  return ({ text }, args, kwargs) => {
    const given = args.map((value, index) => (index === escaped ? escapeText(value) : (textOf(value) ?? value)))
    const result = method(text, given, kwargs)
    return PLAIN.has(name) ? result : marked(result)
  }
}

const ENTITY_NAMES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
  raquo: '»',
  laquo: '«',
  copy: '©',
  hellip: '…',
  mdash: '—',
  ndash: '–',
}

/** HTML entities as the characters they stand for: numeric ones, and the usual names. */
function unescapeText(text: string): string {
  return text.replace(/&(?:#(\d+)|#[xX]([\da-fA-F]+)|(\w+));/g, (all, decimal, hex, name) => {
    if (name !== undefined) return ENTITY_NAMES[name] ?? all
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal)
    return code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd'
  })
}

/** Markup.striptags(): comments and tags dropped, spaces collapsed, entities resolved. */
export function stripTags(text: string): string {
  const bare = text.replace(/<!--[\s\S]*?-->/g, '').replace(/<[^>]*>/g, '')
  return unescapeText(joinTexts(' ', STR_METHODS.get('split')?.(bare, [], NO_KWARGS) ?? []))
}

/** The methods of Markup: str's, escaping what is joined in and giving Markup back. */
export const MARKUP_METHODS: MethodTable<Markup> = new Map<string, Method<Markup>>([
  ...[...STR_METHODS].map(([name, method]): [string, Method<Markup>] => [name, markupMethod(name, method)]),
  ['striptags', ({ text }) => stripTags(text)],
  ['unescape', ({ text }) => unescapeText(text)],
])
