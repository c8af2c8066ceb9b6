import { PyFunction, PyObject, type PyValue } from './values.ts'

/** Python's bytes, as far as templates meet them: printing, length, items, hex() and decode(). */
export class PyBytes extends PyObject {
  readonly $type = 'bytes'
  readonly data: Uint8Array

  constructor(data: Uint8Array) {
    super()
    this.data = data
  }

  static ofText(text: string): PyBytes {
    return new PyBytes(new TextEncoder().encode(text))
  }

  override $len(): number {
    return this.data.length
  }

  override $iter(): Iterator<PyValue> {
    return [...this.data].values()
  }

  override $item(key: PyValue): PyValue | undefined {
    return typeof key === 'number' ? this.data.at(key) : undefined
  }

  override $eq(other: PyValue): boolean {
    return other instanceof PyBytes && this.$repr() === other.$repr()
  }

  override $hash(): string {
    return this.$repr()
  }

  override $attr(name: string): PyValue | undefined {
    switch (name) {
      case 'decode':
        return new PyFunction('decode', () => new TextDecoder().decode(this.data))
      case 'hex':
        return new PyFunction('hex', () => [...this.data].map((byte) => byte.toString(16).padStart(2, '0')).join(''))
      default:
        return undefined
    }
  }

  override $repr(): string {
    let body = ''
    for (const byte of this.data) body += BYTE_ESCAPES.get(byte) ?? plainByte(byte)
    const quote = body.includes("'") && !body.includes('"') ? '"' : "'"
    return `b${quote}${quote === "'" ? body.replaceAll("'", "\\'") : body}${quote}`
  }
}

const BYTE_ESCAPES: ReadonlyMap<number, string> = new Map([
  [9, '\\t'],
  [10, '\\n'],
  [13, '\\r'],
  [92, '\\\\'],
])

function plainByte(byte: number): string {
  return byte >= 32 && byte < 127 ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`
}
