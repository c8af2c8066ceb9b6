import { createHash } from 'node:crypto'
import { parseDate, parseTime } from './date-text.ts'
import type { ColumnShape } from './job.ts'
import { type ValueKind, valueType } from './value-readers.ts'

const MASK = (1n << 128n) - 1n

/** A hash of a set of rows, whatever their order: the sum of the rows' hashes. Values are brought to one spelling first, so that engines that write them differently agree. */
export class RowSetHash {
  readonly #kinds: readonly ValueKind[]
  #sum = 0n
  #count = 0

  constructor(columns: readonly ColumnShape[]) {
    this.#kinds = columns.map(({ type }) => valueType(type).kind)
  }

  add(values: readonly (string | null)[]): void {
    let text = ''
    for (let at = 0; at < this.#kinds.length; at++) {
      const value = values[at] ?? null
      text += value === null ? '\0N\0' : `${canonical(value, this.#kinds[at] ?? 'text')}\0`
    }
    const bytes = createHash('md5').update(text).digest()
    this.#sum = (this.#sum + (bytes.readBigUInt64LE(0) << 64n) + bytes.readBigUInt64LE(8)) & MASK
    this.#count++
  }

  digest(): string {
    return `${this.#sum.toString(16).padStart(32, '0')}-${this.#count}`
  }
}

/** One spelling for all ways to write a value. */
export function canonical(value: string, kind: ValueKind): string {
  switch (kind) {
    case 'integer':
    case 'decimal':
      return plainNumber(value)
    case 'float': {
      const endless = /^([+-]?)inf(?:inity)?$/i.exec(value)
      if (endless !== null) return endless[1] === '-' ? '-inf' : 'inf'
      const number = Number(value)
      return Number.isNaN(number) ? value.toLowerCase() : String(number)
    }
    case 'boolean':
      return /^t/i.test(value) ? 't' : 'f'
    case 'date':
    case 'timestamp': {
      const parsed = parseDate(value, null)
      return parsed === null ? value : `${parsed.date} ${parsed.time ?? '00:00:00'}`
    }
    case 'timestamptz': {
      const parsed = parseDate(value, null)
      if (parsed === null) return value
      const [time = '', fraction = ''] = (parsed.time ?? '00:00:00').split('.')
      const seconds = Date.parse(`${parsed.date}T${time}${parsed.zone ?? '+00:00'}`) / 1000
      return `${seconds}.${fraction}`
    }
    case 'time':
      return parseTime(value) ?? value
    case 'uuid':
      return value.toLowerCase().replace(/[{}-]/g, '')
    case 'text':
    case 'json':
    case 'other':
      return value
  }
}

function plainNumber(value: string): string {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(value)
  if (match === null) return value
  const [, sign, whole = '', fraction = '', exponent = '0'] = match
  const shift = Number(exponent)
  const digits = whole + fraction
  const point = whole.length + shift
  const before = (point <= 0 ? '' : digits.slice(0, point).padEnd(point, '0')).replace(/^0+/, '')
  const after = (point < 0 ? '0'.repeat(-point) + digits : digits.slice(point)).replace(/0+$/, '')
  const text = `${before === '' ? '0' : before}${after === '' ? '' : `.${after}`}`
  return sign === '-' && text !== '0' ? `-${text}` : text
}
