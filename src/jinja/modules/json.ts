import { sortValues } from '../runtime/compare.ts'
import { raise } from '../runtime/errors.ts'
import { iterate } from '../runtime/iterate.ts'
import { floatText, pyStr, textOf } from '../runtime/str.ts'
import { typeName } from '../runtime/type-name.ts'
import { float, int, PyDict, PyFloat, PyObject, PyTuple, type PyValue } from '../runtime/values.ts'

export interface ToJsonOptions {
  readonly sortKeys?: boolean
  readonly indent?: number | string | null
  readonly ensureAscii?: boolean
}

/** Python's json.dumps: ", " and ": " between, non-ASCII escaped, NaN and Infinity bare. Raises TypeError for what JSON lacks. */
export function toJson(value: PyValue, options: ToJsonOptions = {}): string {
  const { indent = null } = options
  const step = typeof indent === 'number' ? ' '.repeat(Math.max(0, indent)) : indent
  return encode(value, { sortKeys: options.sortKeys ?? false, ascii: options.ensureAscii ?? true, step }, '', [])
}

interface Style {
  readonly sortKeys: boolean
  readonly ascii: boolean
  readonly step: string | null
}

function encode(value: PyValue, style: Style, indent: string, around: readonly PyValue[]): string {
  if (value === null) return 'null'
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  const text = textOf(value)
  if (text !== undefined) return quote(text, style.ascii)
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : jsonFloat(value)
  if (value instanceof PyFloat) return jsonFloat(value.value)
  if (around.includes(value)) raise('ValueError', 'Circular reference detected')
  const inside = [...around, value]
  const deeper = indent + (style.step ?? '')
  if (Array.isArray(value) || value instanceof PyTuple) {
    const items = Array.isArray(value) ? value : value.items
    return brackets(
      '[',
      ']',
      items.map((item) => encode(item, style, deeper, inside)),
      style,
      indent,
    )
  }
  const pairs = pairsOf(value)
  if (!pairs) return raise('TypeError', `Object of type ${typeName(value)} is not JSON serializable`)
  const keys = style.sortKeys ? sortValues(pairs.map(([key]) => key)) : null
  const ordered = keys ? keys.map((key) => pairs.find((pair) => pair[0] === key) ?? ([key, null] as const)) : pairs
  return brackets(
    '{',
    '}',
    ordered.map(([key, item]) => `${quote(keyText(key), style.ascii)}: ${encode(item, style, deeper, inside)}`),
    style,
    indent,
  )
}

function pairsOf(value: PyValue): readonly (readonly [PyValue, PyValue])[] | undefined {
  if (value instanceof PyDict) return [...value.entries.values()]
  if (!(value instanceof PyObject) || !value.$mapping) return undefined
  return [...iterate(value)].map((key) => [key, value.$item?.(key) ?? null] as const)
}

function brackets(open: string, close: string, items: readonly string[], style: Style, indent: string): string {
  if (items.length === 0) return open + close
  if (style.step === null) return open + items.join(', ') + close
  const line = `\n${indent}${style.step}`
  return `${open}${line}${items.join(`,${line}`)}\n${indent}${close}`
}

function keyText(key: PyValue): string {
  if (key === null) return 'null'
  if (typeof key === 'boolean') return key ? 'true' : 'false'
  const text = textOf(key)
  if (text !== undefined) return text
  if (typeof key === 'bigint' || typeof key === 'number' || key instanceof PyFloat) {
    return key instanceof PyFloat || !Number.isInteger(key)
      ? jsonFloat(key instanceof PyFloat ? key.value : Number(key))
      : pyStr(key)
  }
  return raise('TypeError', `keys must be str, int, float, bool or None, not ${typeName(key)}`)
}

function jsonFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value < 0 ? '-Infinity' : 'Infinity'
  return floatText(value)
}

const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\f': '\\f',
  '\b': '\\b',
}

function quote(text: string, ascii: boolean): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: JSON escapes them
  const pattern = ascii ? /["\\]|[^ -~]/g : /["\\]|[\0-\x1f]/g
  const body = text.replace(pattern, (unit) => SHORT[unit] ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return `"${body}"`
}

/** Python's json.loads: ints and floats kept apart, NaN and Infinity read. Raises JSONDecodeError (a ValueError). */
export function fromJson(text: string): PyValue {
  return new JsonReader(text).document()
}

const SPACE = /[ \t\n\r]*/y
const NUMBER = /(-?(?:0|[1-9]\d*))(\.\d+)?([eE][-+]?\d+)?/y
const WORDS: readonly (readonly [string, PyValue])[] = [
  ['null', null],
  ['true', true],
  ['false', false],
  ['NaN', new PyFloat(Number.NaN)],
  ['Infinity', new PyFloat(Number.POSITIVE_INFINITY)],
  ['-Infinity', new PyFloat(Number.NEGATIVE_INFINITY)],
]
const UNESCAPED: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

class JsonReader {
  private readonly text: string
  private at = 0

  constructor(text: string) {
    this.text = text
  }

  document(): PyValue {
    this.space()
    const value = this.value()
    this.space()
    return this.at < this.text.length ? this.fail('Extra data', this.at) : value
  }

  private fail(message: string, at: number): never {
    const before = this.text.slice(0, at)
    const line = before.split('\n').length
    const column = at - before.lastIndexOf('\n')
    return raise('JSONDecodeError', `${message}: line ${line} column ${column} (char ${at})`)
  }

  private space(): void {
    SPACE.lastIndex = this.at
    this.at += SPACE.exec(this.text)?.[0].length ?? 0
  }

  private value(): PyValue {
    const start = this.at
    const character = this.text.charAt(start)
    if (character === '"') return this.string()
    if (character === '{') return this.object()
    if (character === '[') return this.array()
    NUMBER.lastIndex = start
    const match = NUMBER.exec(this.text)
    if (match) {
      const [all, whole = '0', fraction, exponent] = match
      this.at += all.length
      return fraction === undefined && exponent === undefined ? int(BigInt(whole)) : float(Number(all))
    }
    for (const [word, value] of WORDS) {
      if (!this.text.startsWith(word, start)) continue
      this.at += word.length
      return value
    }
    return this.fail('Expecting value', start)
  }

  private string(): string {
    const start = this.at
    let out = ''
    let at = start + 1
    for (;;) {
      const character = this.text.charAt(at)
      if (character === '') return this.fail('Unterminated string starting at', start)
      if (character === '"') break
      if (character < ' ') return this.fail('Invalid control character at', at)
      if (character !== '\\') {
        out += character
        at++
        continue
      }
      const code = this.text.charAt(at + 1)
      if (code === '') return this.fail('Unterminated string starting at', start)
      if (code === 'u') {
        const hex = /^[\da-fA-F]{4}/.exec(this.text.slice(at + 2, at + 6))?.[0]
        if (hex === undefined) return this.fail('Invalid \\uXXXX escape', at + 1)
        out += String.fromCharCode(Number.parseInt(hex, 16))
        at += 6
      } else {
        out += UNESCAPED[code] ?? this.fail('Invalid \\escape', at)
        at += 2
      }
    }
    this.at = at + 1
    return out
  }

  private array(): PyValue {
    const items: PyValue[] = []
    this.at++
    this.space()
    if (this.text.charAt(this.at) === ']') {
      this.at++
      return items
    }
    for (;;) {
      items.push(this.value())
      this.space()
      const mark = this.text.charAt(this.at)
      if (mark === ']') break
      if (mark !== ',') return this.fail("Expecting ',' delimiter", this.at)
      this.at++
      this.space()
    }
    this.at++
    return items
  }

  private object(): PyValue {
    const dict = new PyDict()
    this.at++
    this.space()
    if (this.text.charAt(this.at) === '}') {
      this.at++
      return dict
    }
    for (;;) {
      if (this.text.charAt(this.at) !== '"') {
        return this.fail('Expecting property name enclosed in double quotes', this.at)
      }
      const key = this.string()
      this.space()
      if (this.text.charAt(this.at) !== ':') return this.fail("Expecting ':' delimiter", this.at)
      this.at++
      this.space()
      dict.setString(key, this.value())
      this.space()
      const mark = this.text.charAt(this.at)
      if (mark === '}') break
      if (mark !== ',') return this.fail("Expecting ',' delimiter", this.at)
      this.at++
      this.space()
    }
    this.at++
    return dict
  }
}
