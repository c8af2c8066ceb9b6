import { ambiguousParts, type DateOrder, parseDate, parseTime } from './date-text.ts'

/** What the values of a column turned out to be. */
export interface InferredColumn {
  readonly kind: 'text' | 'bigint' | 'decimal' | 'float' | 'boolean' | 'date' | 'timestamp' | 'timestamptz' | 'time'
  /** In which order its dates have day and month, where they do not say so themselves. */
  readonly order: DateOrder | null
  /** Digits before and after the point that its decimals need. */
  readonly digits: { readonly whole: number; readonly fraction: number }
  /** No value at all, or only words for null. */
  readonly empty: boolean
  /** Values that are not of the kind: so few that they are mistakes, and their rows rejects. */
  readonly outliers: number
}

/** Words for null that other programs write; in columns that are not text they are null. */
export const NULL_WORDS: ReadonlySet<string> = new Set([
  'NA',
  'N/A',
  '#N/A',
  'NULL',
  'null',
  'NaN',
  'nan',
  'None',
  'none',
  '\\N',
])

/** One value in so many may be a mistake without making the column text. */
const OUTLIER_SHARE = 1000
const MAX_BIGINT = 9_223_372_036_854_775_807n
const NUMBER = /^-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/
const WORD_BOOLEAN = /^(?:true|false|t|f)$/i

type Class =
  | 'boolean'
  | 'integer'
  | 'huge'
  | 'decimal'
  | 'exponent'
  | 'date'
  | 'timestamp'
  | 'timestamptz'
  | 'time'
  | 'unclearDate'
  | 'unclearTimestamp'
  | 'code'
  | 'null'
  | 'text'

/** Looks at all values of a column and says what a person would call them. */
export class ColumnInference {
  readonly #order: DateOrder | null
  readonly #counts = new Map<Class, number>()
  #maxFirst = 0
  #maxSecond = 0
  #whole = 0
  #fraction = 0
  #last: Class = 'text'
  #lastCount = 0

  constructor(order: DateOrder | null) {
    this.#order = order
  }

  add(value: string): void {
    const found = this.#classify(value)
    // Runs of one class are what columns are made of.
    if (found === this.#last) {
      this.#lastCount++
      return
    }
    this.#flush()
    this.#last = found
    this.#lastCount = 1
  }

  #flush(): void {
    if (this.#lastCount > 0) this.#counts.set(this.#last, (this.#counts.get(this.#last) ?? 0) + this.#lastCount)
    this.#lastCount = 0
  }

  #classify(value: string): Class {
    const code = value.charCodeAt(0)
    const isDigit = code >= 48 && code <= 57
    if (isDigit || code === 45 || code === 46) {
      if (NUMBER.test(value)) return this.#number(value, isDigit)
      if (isDigit) return this.#dateOrTime(value)
      return 'text'
    }
    if (NULL_WORDS.has(value)) return 'null'
    if (value.length <= 5 && WORD_BOOLEAN.test(value)) return 'boolean'
    if (code >= 65 && value.length >= 10 && value.length <= 40 && parseDate(value, null) !== null)
      return this.#dateOrTime(value)
    return 'text'
  }

  #number(value: string, isDigit: boolean): Class {
    const start = isDigit ? 0 : value.charCodeAt(0) === 45 ? 1 : 0
    // 007 is a code, 0.7 and 0 are numbers.
    if (value.charCodeAt(start) === 48 && value.length > start + 1) {
      const next = value.charCodeAt(start + 1)
      if (next >= 48 && next <= 57) return 'code'
    }
    const point = value.indexOf('.')
    // 1e400 would become infinite.
    if (/[eE]/.test(value)) return Number.isFinite(Number(value)) ? 'exponent' : 'text'
    const whole = (point < 0 ? value.length : point) - start
    if (whole > this.#whole) this.#whole = whole
    if (point >= 0) {
      const fraction = value.length - point - 1
      if (fraction > this.#fraction) this.#fraction = fraction
      return 'decimal'
    }
    if (whole < 19) return 'integer'
    const size = BigInt(value)
    return size <= MAX_BIGINT && size >= -MAX_BIGINT ? 'integer' : 'huge'
  }

  #dateOrTime(value: string): Class {
    const parsed = parseDate(value, this.#order)
    if (parsed !== null) return parsed.time === null ? 'date' : parsed.zone === null ? 'timestamp' : 'timestamptz'
    if (parseTime(value) !== null) return 'time'
    const parts = this.#order === null ? ambiguousParts(value) : null
    if (parts === null) return 'text'
    const either = parseDate(value, 'dmy') ?? parseDate(value, 'mdy')
    if (either === null || either.zone !== null) return 'text'
    this.#maxFirst = Math.max(this.#maxFirst, parts[0])
    this.#maxSecond = Math.max(this.#maxSecond, parts[1])
    return either.time === null ? 'unclearDate' : 'unclearTimestamp'
  }

  /** The kind that all values are of, or all but a few of very many. `limit`: how many may be mistakes. */
  result(limit: number): InferredColumn {
    this.#flush()
    const count = (...classes: readonly Class[]): number =>
      classes.reduce((sum, each) => sum + (this.#counts.get(each) ?? 0), 0)
    const total = [...this.#counts].reduce((sum, [name, n]) => (name === 'null' ? sum : sum + n), 0)
    const digits = { whole: this.#whole, fraction: this.#fraction }
    const text: InferredColumn = { kind: 'text', order: null, digits, empty: total === 0, outliers: 0 }
    if (total === 0 || count('code') > 0) return text
    const order = this.#order ?? this.#clearOrder()
    const dates: readonly Class[] = order === null || this.#order !== null ? ['date'] : ['date', 'unclearDate']
    const times: readonly Class[] =
      order === null || this.#order !== null ? ['timestamp'] : ['timestamp', 'unclearTimestamp']
    const groups: readonly (readonly [InferredColumn['kind'], readonly Class[]])[] = [
      ['boolean', ['boolean']],
      ['bigint', ['integer']],
      ['decimal', ['integer', 'huge', 'decimal']],
      ['float', ['integer', 'huge', 'decimal', 'exponent']],
      ['date', dates],
      ['timestamp', [...dates, ...times]],
      ['timestamptz', ['timestamptz']],
      ['time', ['time']],
    ]
    for (const [kind, classes] of groups) {
      if (count(...classes) === total) return { kind, order, digits, empty: false, outliers: 0 }
    }
    const allowed = Math.min(limit, Math.floor(total / OUTLIER_SHARE))
    // Only against text: a number that needs a wider type is no mistake.
    for (const [kind, classes] of groups) {
      const outliers = total - count(...classes)
      if (outliers <= allowed && outliers === count('text')) return { kind, order, digits, empty: false, outliers }
    }
    return text
  }

  /** The one order in which all dates such as 13/02/2024 are dates. */
  #clearOrder(): DateOrder | null {
    if (this.#maxFirst > 12 && this.#maxSecond <= 12) return 'dmy'
    return this.#maxSecond > 12 && this.#maxFirst <= 12 ? 'mdy' : null
  }
}
