import { type ErrorCode, nearest, type SourceLocation, TdbtError } from '../core/index.ts'
import { CORE_WORDS } from './core-words.ts'
import { readYaml, type YamlFile } from './read-yaml.ts'

/**
 * Reads a YAML mapping step by step with the place of each value at hand, so that a wrong value is refused with its line.
 * A reader stands for one value; `at` walks into it.
 */
export class YamlReader {
  private readonly yaml: YamlFile
  private readonly code: ErrorCode
  readonly path: readonly (string | number)[]
  readonly value: unknown

  private constructor(yaml: YamlFile, code: ErrorCode, path: readonly (string | number)[], value: unknown) {
    this.yaml = yaml
    this.code = code
    this.path = path
    this.value = value
  }

  /** `code` is that of the errors `fail` makes. Throws T1002 with line and frame when the text is not YAML. */
  static open(file: string, text: string, code: ErrorCode): YamlReader {
    const yaml = readYaml(text, file, CORE_WORDS)
    const reader = new YamlReader(yaml, code, [], yaml.value)
    const twice = yaml.warnings[0]
    if (twice) throw new TdbtError(code, twice.message, twice.details)
    return reader
  }

  get location(): SourceLocation {
    return this.yaml.locate(this.path)
  }

  fail(message: string, expected: string, hint?: string): TdbtError {
    return new TdbtError(this.code, message, {
      location: this.location,
      source: this.yaml.source,
      found: this.value === undefined ? 'nothing' : shown(this.value),
      expected,
      hint,
    })
  }

  at(key: string | number): YamlReader {
    const inner =
      typeof this.value === 'object' && this.value !== null && Object.hasOwn(this.value, key)
        ? (this.value as Record<string | number, unknown>)[key]
        : undefined
    return new YamlReader(this.yaml, this.code, [...this.path, key], inner)
  }

  has(key: string): boolean {
    return this.isMapping && Object.hasOwn(this.value as object, key)
  }

  get isMapping(): boolean {
    return typeof this.value === 'object' && this.value !== null && !Array.isArray(this.value)
  }

  /** Keys of a mapping; refuses keys that are not `known`, naming the nearest. */
  keys(known?: readonly string[]): string[] {
    if (!this.isMapping) throw this.fail('A mapping is needed here.', 'key: value lines')
    const keys = Object.keys(this.value as object)
    for (const key of known ? keys : []) {
      if (known?.includes(key)) continue
      const near = nearest(key, known ?? [])
      throw this.at(key).fail(
        `Unknown key '${key}'.`,
        `one of ${(known ?? []).join(', ')}`,
        near ? `Did you mean '${near}'?` : undefined,
      )
    }
    return keys
  }

  list(): YamlReader[] {
    if (!Array.isArray(this.value)) throw this.fail('A list is needed here.', '- item lines, or [a, b]')
    return this.value.map((_, index) => this.at(index))
  }

  /** A text that is not empty. */
  string(fallback?: string): string {
    if (this.value === undefined && fallback !== undefined) return fallback
    if (typeof this.value !== 'string' || this.value === '') throw this.fail('A text is needed here.', 'a text')
    return this.value
  }

  /** One of a few words; refuses others, naming the nearest. */
  word<T extends string>(words: readonly T[], fallback?: T): T {
    if (this.value === undefined && fallback !== undefined) return fallback
    const found = words.find((word) => word === this.value)
    if (found !== undefined) return found
    const near = typeof this.value === 'string' ? nearest(this.value, words) : undefined
    throw this.fail(
      'This is none of the words that are known here.',
      `one of ${words.join(', ')}`,
      near ? `Did you mean '${near}'?` : undefined,
    )
  }

  boolean(fallback?: boolean): boolean {
    if (this.value === undefined && fallback !== undefined) return fallback
    if (typeof this.value !== 'boolean') throw this.fail('true or false is needed here.', 'true or false')
    return this.value
  }

  number(fallback?: number, min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY): number {
    if (this.value === undefined && fallback !== undefined) return fallback
    if (typeof this.value !== 'number' || !(this.value >= min && this.value <= max)) {
      throw this.fail('A number is needed here.', range('a number', min, max))
    }
    return this.value
  }

  integer(fallback?: number, min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER): number {
    if (this.value === undefined && fallback !== undefined) return fallback
    if (!Number.isSafeInteger(this.value) || Number(this.value) < min || Number(this.value) > max) {
      throw this.fail('A whole number is needed here.', range('a whole number', min, max))
    }
    return Number(this.value)
  }

  numbers(count?: number, min?: number, max?: number): number[] {
    const values = this.list().map((item) => item.number(undefined, min, max))
    if (count !== undefined && values.length !== count)
      throw this.fail(`${count} numbers are needed here.`, `${count} numbers`)
    return values
  }
}

function range(what: string, min: number, max: number): string {
  const low = Number.isFinite(min) && min !== Number.MIN_SAFE_INTEGER ? ` from ${min}` : ''
  const high = Number.isFinite(max) && max !== Number.MAX_SAFE_INTEGER ? ` to ${max}` : ''
  return `${what}${low}${high}`
}

/** A value as JSON, cut where it is long. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 120 ? `${text.slice(0, 117)}…` : text
}
