import { LineCounter, type Node, parseDocument } from 'yaml'
import { nearest, type SourceLocation, TdbtError } from '../core/index.ts'

/**
 * Reads a YAML mapping step by step with the place of each value at hand, so that a wrong value is refused with its line.
 * A reader stands for one value; `at` walks into it.
 */
export class YamlReader {
  private constructor(
    private readonly root: ReturnType<typeof parseDocument>,
    private readonly lines: LineCounter,
    private readonly file: string,
    private readonly text: string,
    readonly path: readonly (string | number)[],
    readonly value: unknown,
  ) {}

  /** Throws T1002 with line and frame when the text is not YAML. */
  static open(file: string, text: string): YamlReader {
    const lines = new LineCounter()
    const root = parseDocument(text, { lineCounter: lines, prettyErrors: false })
    const first = root.errors[0]
    if (first) {
      const at = lines.linePos(first.pos[0])
      throw new TdbtError('T1002', first.message, {
        location: { file, line: at.line, column: at.col },
        source: text,
        hint: 'Mend the YAML at this place.',
      })
    }
    return new YamlReader(root, lines, file, text, [], root.toJS())
  }

  get location(): SourceLocation {
    const node = this.path.length === 0 ? this.root.contents : (this.root.getIn(this.path, true) as Node | undefined)
    const at = this.lines.linePos(node?.range?.[0] ?? 0)
    return { file: this.file, line: at.line, column: at.col }
  }

  fail(message: string, expected: string, hint?: string): TdbtError {
    return new TdbtError('T8001', message, {
      location: this.location,
      source: this.text,
      found: this.value === undefined ? 'nothing' : JSON.stringify(this.value),
      expected,
      hint,
    })
  }

  at(key: string | number): YamlReader {
    const inner =
      typeof this.value === 'object' && this.value !== null
        ? (this.value as Record<string | number, unknown>)[key]
        : undefined
    return new YamlReader(this.root, this.lines, this.file, this.text, [...this.path, key], inner)
  }

  has(key: string): boolean {
    return typeof this.value === 'object' && this.value !== null && Object.hasOwn(this.value, key)
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

  string(fallback?: string): string {
    if (this.value === undefined && fallback !== undefined) return fallback
    if (typeof this.value !== 'string' || this.value === '') throw this.fail('A text is needed here.', 'a text')
    return this.value
  }

  number(fallback?: number, min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY): number {
    if (this.value === undefined && fallback !== undefined) return fallback
    if (typeof this.value !== 'number' || !(this.value >= min && this.value <= max)) {
      throw this.fail('A number is needed here.', `a number from ${min} to ${max}`)
    }
    return this.value
  }

  numbers(count?: number): number[] {
    const values = this.list().map((item) => item.number())
    if (count !== undefined && values.length !== count)
      throw this.fail(`${count} numbers are needed here.`, `${count} numbers`)
    return values
  }
}
