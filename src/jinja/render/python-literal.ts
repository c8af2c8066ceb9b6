import { unescapeString } from '../lexer/string-literal.ts'
import { hashKey } from '../runtime/runtime.ts'
import { float, int, PyDict, PyFloat, PySet, PyTuple, type PyValue } from '../runtime/values.ts'

const TOKEN =
  /[ \t\r\n\f\\]*(?:(?<float>(?:\d[\d_]*)?\.\d[\d_]*(?:[eE][+-]?\d+)?|\d[\d_]*\.(?:[eE][+-]?\d+)?|\d[\d_]*[eE][+-]?\d+)|(?<int>0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|\d[\d_]*)|(?<prefix>[rRuU]?)(?<string>'''.*?'''|""".*?"""|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")|(?<name>[A-Za-z_]\w*)|(?<mark>[[\](){},:+-]))/sy
const WORDS: ReadonlyMap<string, PyValue> = new Map<string, PyValue>([
  ['None', null],
  ['True', true],
  ['False', false],
])

class NotALiteral extends Error {}

/** The value of a Python literal (as `ast.literal_eval`, without bytes and complex numbers), or undefined when the text is none. */
export function evaluateLiteral(text: string): PyValue | undefined {
  try {
    return new LiteralReader(text.replace(/^[ \t]+/, '')).readAll()
  } catch (thrown) {
    if (thrown instanceof NotALiteral) return undefined
    throw thrown
  }
}

type Groups = Readonly<Record<string, string | undefined>>

class LiteralReader {
  private readonly text: string
  private at = 0
  private current: Groups | null

  constructor(text: string) {
    this.text = text
    this.current = this.read()
  }

  readAll(): PyValue {
    const value = this.tuple(() => this.current === null)
    if (this.current !== null) throw new NotALiteral()
    return value
  }

  private read(): Groups | null {
    if (/^[\s\\]*$/.test(this.text.slice(this.at))) return null
    TOKEN.lastIndex = this.at
    const match = TOKEN.exec(this.text)
    if (!match) throw new NotALiteral()
    this.at = TOKEN.lastIndex
    return match.groups ?? {}
  }

  private skip(mark: string): boolean {
    if (this.current?.['mark'] !== mark) return false
    this.current = this.read()
    return true
  }

  private expect(mark: string): void {
    if (!this.skip(mark)) throw new NotALiteral()
  }

  /** A value, or a tuple of those separated by commas. */
  private tuple(atEnd: () => boolean): PyValue {
    const first = this.value()
    if (!this.skip(',')) return first
    const items = [first]
    while (!atEnd()) {
      items.push(this.value())
      if (!this.skip(',')) break
    }
    return new PyTuple(items)
  }

  private value(): PyValue {
    if (this.skip('-')) return negate(this.number())
    if (this.skip('+')) return this.number()
    if (this.skip('[')) return this.items(']')
    if (this.skip('{')) return this.braces()
    if (this.skip('(')) {
      if (this.skip(')')) return new PyTuple([])
      const inside = this.tuple(() => this.current?.['mark'] === ')')
      this.expect(')')
      return inside
    }
    if (this.current?.['string'] !== undefined) return this.string()
    const word = WORDS.get(this.current?.['name'] ?? '')
    if (word === undefined) return this.number()
    this.current = this.read()
    return word
  }

  private number(): PyValue {
    if (this.skip('-')) return negate(this.number())
    if (this.skip('+')) return this.number()
    const token = this.current
    const whole = token?.['int']
    const fraction = token?.['float']
    if (whole === undefined && fraction === undefined) throw new NotALiteral()
    // A leading zero is octal in C and an error in Python.
    if (whole !== undefined && /^0[\d_]*[1-9]/.test(whole)) throw new NotALiteral()
    this.current = this.read()
    return whole === undefined
      ? float(Number((fraction ?? '').replaceAll('_', '')))
      : int(BigInt(whole.replaceAll('_', '')))
  }

  private string(): string {
    let out = ''
    for (let token = this.current; token?.['string'] !== undefined; token = this.current) {
      const quoted = token['string']
      const width = /^('''|""")/.test(quoted) ? 3 : 1
      const inside = quoted.slice(width, -width)
      const raw = token['prefix'] === 'r' || token['prefix'] === 'R'
      out += raw
        ? inside
        : unescapeString(inside, () => {
            throw new NotALiteral()
          })
      this.current = this.read()
    }
    return out
  }

  private items(close: string): PyValue[] {
    const items: PyValue[] = []
    while (!this.skip(close)) {
      items.push(this.value())
      if (!this.skip(',')) {
        this.expect(close)
        break
      }
    }
    return items
  }

  private braces(): PyValue {
    const dict = new PyDict()
    if (this.skip('}')) return dict
    const first = this.value()
    if (!this.skip(':')) {
      const set = new PySet()
      const add = (item: PyValue): void => void set.entries.set(hashKey(item), item)
      add(first)
      if (!this.skip(',')) this.expect('}')
      else for (const item of this.items('}')) add(item)
      return set
    }
    for (let key = first; ; key = this.value(), this.expect(':')) {
      dict.entries.set(typeof key === 'string' ? key : hashKey(key), [key, this.value()])
      if (this.skip('}')) return dict
      this.expect(',')
      if (this.skip('}')) return dict
    }
  }
}

function negate(value: PyValue): PyValue {
  if (value instanceof PyFloat) return new PyFloat(-value.value)
  if (typeof value === 'bigint') return int(-value)
  if (typeof value !== 'number') throw new NotALiteral()
  return -value === 0 ? 0 : -value
}
