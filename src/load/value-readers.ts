import { type DateOrder, parseDate, parseTime } from './date-text.ts'

/** What a column's values are held against before they go to the engine. */
export type ValueKind =
  | 'text'
  | 'integer'
  | 'decimal'
  | 'float'
  | 'boolean'
  | 'date'
  | 'timestamp'
  | 'timestamptz'
  | 'time'
  | 'uuid'
  | 'json'
  | 'other'

export interface ValueType {
  readonly kind: ValueKind
  /** As SQL writes it. */
  readonly sql: string
  /** text: characters at most; decimal: digits at most; integer: bits. */
  readonly size: number | null
  /** decimal: digits after the point. */
  readonly scale: number | null
}

/** The value as the engine is given it; null for text that is no value of the type. */
export type ValueReader = (text: string) => string | null

const KINDS: Readonly<Record<string, ValueKind>> = {
  text: 'text',
  varchar: 'text',
  'character varying': 'text',
  string: 'text',
  char: 'text',
  character: 'text',
  bpchar: 'text',
  smallint: 'integer',
  int2: 'integer',
  integer: 'integer',
  int: 'integer',
  int4: 'integer',
  bigint: 'integer',
  int8: 'integer',
  numeric: 'decimal',
  decimal: 'decimal',
  real: 'float',
  float: 'float',
  float4: 'float',
  float8: 'float',
  double: 'float',
  'double precision': 'float',
  boolean: 'boolean',
  bool: 'boolean',
  date: 'date',
  timestamp: 'timestamp',
  datetime: 'timestamp',
  'timestamp without time zone': 'timestamp',
  timestamptz: 'timestamptz',
  'timestamp with time zone': 'timestamptz',
  time: 'time',
  'time without time zone': 'time',
  uuid: 'uuid',
  json: 'json',
  jsonb: 'json',
}
const BITS: Readonly<Record<string, number>> = { smallint: 16, int2: 16, integer: 32, int: 32, int4: 32 }
const DEFAULT_BITS = 64

/** What an SQL type name holds. A type that is not known here is left to the engine. */
export function valueType(sql: string): ValueType {
  const lower = sql.trim().toLowerCase().replace(/\s+/g, ' ')
  const numbers = /\((\d+)(?:\s*,\s*(-?\d+))?\)/.exec(lower)
  const base = lower.replace(/\s*\([^)]*\)/, '').trim()
  const kind = KINDS[base] ?? 'other'
  const size = numbers?.[1] === undefined ? null : Number(numbers[1])
  if (kind === 'integer') return { kind, sql, size: BITS[base] ?? DEFAULT_BITS, scale: null }
  if (kind === 'text')
    return { kind, sql, size: size ?? (base === 'char' || base === 'character' ? 1 : null), scale: null }
  if (kind === 'decimal') return { kind, sql, size, scale: size === null ? null : Number(numbers?.[2] ?? 0) }
  return { kind, sql, size: null, scale: null }
}

const TRUE = new Set(['t', 'true', 'y', 'yes', 'on', '1'])
const FALSE = new Set(['f', 'false', 'n', 'no', 'off', '0'])
const INTEGER = /^[+-]?\d{1,20}(?:\.0+)?$/
const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/
const FLOAT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$|^[+-]?(?:inf(?:inity)?|nan)$/i
const UUID = /^\{?[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}\}?$/i

/** A reader of values of a type. Spaces around values that are not text do not count; whole numbers may end in `.0`, as programs write them that know only floats. */
export function valueReader(type: ValueType, order: DateOrder | null): ValueReader {
  switch (type.kind) {
    case 'text': {
      const { size } = type
      if (size === null) return (text) => (text.includes('\0') ? null : text)
      return (text) => (text.includes('\0') || (text.length > size && [...text.trimEnd()].length > size) ? null : text)
    }
    case 'integer':
      return integerReader(type.size ?? DEFAULT_BITS)
    case 'decimal':
      return decimalReader(type)
    case 'float':
      return (text) => {
        const word = text.trim()
        // 1e400 is a number, but none that a float could hold.
        return FLOAT.test(word) && (/[a-df-z]/i.test(word) || Number.isFinite(Number(word))) ? word : null
      }
    case 'boolean':
      return (text) => {
        const word = text.trim().toLowerCase()
        return TRUE.has(word) ? 't' : FALSE.has(word) ? 'f' : null
      }
    case 'date':
      return (text) => {
        const parsed = parseDate(text.trim(), order)
        // A day that a program wrote with midnight is still that day.
        const midnight = parsed?.time === null || parsed?.time === '00:00:00'
        return parsed !== null && midnight ? parsed.date : null
      }
    case 'timestamp':
      return (text) => {
        const parsed = parseDate(text.trim(), order)
        if (parsed === null || (parsed.zone !== null && parsed.zone !== '+00:00')) return null
        return `${parsed.date} ${parsed.time ?? '00:00:00'}`
      }
    case 'timestamptz':
      return (text) => {
        const parsed = parseDate(text.trim(), order)
        // Without a zone a time is UTC's, whatever the server's clock is set to.
        return parsed === null ? null : `${parsed.date} ${parsed.time ?? '00:00:00'}${parsed.zone ?? '+00:00'}`
      }
    case 'time':
      return (text) => parseTime(text.trim())
    case 'uuid':
      return (text) => (UUID.test(text.trim()) ? text.trim() : null)
    case 'json':
      return (text) => (isJson(text) ? text : null)
    case 'other':
      return (text) => (text.includes('\0') ? null : text)
  }
}

function integerReader(bits: number): ValueReader {
  const limit = 2n ** BigInt(bits - 1)
  const safe = Math.min(Number.MAX_SAFE_INTEGER, Number(limit - 1n))
  return (text) => {
    const word = text.trim()
    if (!INTEGER.test(word)) return null
    const point = word.indexOf('.')
    const digits = point < 0 ? word : word.slice(0, point)
    const value = Number(digits)
    if (value <= safe && value >= -safe) return digits
    const exact = BigInt(digits.startsWith('+') ? digits.slice(1) : digits)
    return exact < limit && exact >= -limit ? digits : null
  }
}

function decimalReader({ size, scale }: ValueType): ValueReader {
  return (text) => {
    const word = text.trim()
    const match = DECIMAL.exec(word)
    if (match === null) return null
    const [, sign = '', whole = '', fraction = '', exponent] = match
    if (whole === '' && fraction === '') return null
    if (size === null || scale === null) return word
    const shift = Number(exponent ?? 0)
    const digits = whole + fraction
    const point = whole.length + shift
    const before = (point <= 0 ? '' : digits.slice(0, point).padEnd(point, '0')).replace(/^0+/, '')
    const after = (point < 0 ? '0'.repeat(-point) + digits : digits.slice(point)).replace(/0+$/, '')
    // The engine would round without a word.
    if (before.length > size - scale || after.length > scale) return null
    return exponent === undefined ? word : `${sign}${before === '' ? '0' : before}${after === '' ? '' : `.${after}`}`
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
