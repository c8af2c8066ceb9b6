import { type Constraint, nearest, TdbtError } from '../core/index.ts'
import { isRecord, type KeyPath } from './native-render.ts'
import type { YamlFile } from './yaml-file.ts'

/**
 * An entry of a properties file (`models: [ … ]`, a column, a table) with its place. The getters give dbt's default for an
 * absent key and throw T1004 with the place for a value of the wrong type.
 */
export class Entry {
  /** Rendered values. */
  readonly data: Readonly<Record<string, unknown>>
  readonly yaml: YamlFile
  readonly path: KeyPath

  constructor(data: Readonly<Record<string, unknown>>, yaml: YamlFile, path: KeyPath) {
    this.data = data
    this.yaml = yaml
    this.path = path
  }

  has(key: string): boolean {
    return this.data[key] !== undefined
  }

  get name(): string {
    const value = this.data['name']
    if (typeof value === 'string' && value !== '') return value
    if (typeof value === 'number') return String(value)
    throw this.problem('name', value === undefined ? "An entry has no 'name'" : "'name' must be a text", value)
  }

  text(key: string): string | null {
    const value = this.data[key]
    if (value === undefined || value === null) return null
    if (typeof value === 'string') return value
    if (typeof value === 'number' || typeof value === 'boolean') return String(value)
    throw this.problem(key, `'${key}' must be a text`, value)
  }

  flag(key: string): boolean | null {
    const value = this.data[key]
    if (value === undefined || value === null) return null
    if (typeof value === 'boolean') return value
    throw this.problem(key, `'${key}' must be true or false`, value)
  }

  mapping(key: string): Readonly<Record<string, unknown>> {
    const value = this.data[key]
    if (value === undefined || value === null) return {}
    if (isRecord(value)) return value
    throw this.problem(key, `'${key}' must be a mapping`, value)
  }

  list(key: string): readonly unknown[] {
    const value = this.data[key]
    if (value === undefined || value === null) return []
    if (Array.isArray(value)) return value
    throw this.problem(key, `'${key}' must be a list`, value)
  }

  /** A text or a list of texts as a list. */
  texts(key: string): readonly string[] {
    const value = this.data[key]
    if (value === undefined || value === null) return []
    const items = Array.isArray(value) ? value : [value]
    if (items.every((item) => typeof item === 'string')) return items as string[]
    throw this.problem(key, `'${key}' must be a list of texts`, value)
  }

  /** The mappings of a list under `key`, each with its place. */
  entries(key: string): readonly Entry[] {
    return this.list(key).map((item, index) => {
      if (!isRecord(item)) throw this.problem(key, `Every item of '${key}' must be a mapping`, item, [index])
      return new Entry(item, this.yaml, [...this.path, key, index])
    })
  }

  problem(key: string, message: string, value: unknown, more: KeyPath = []): TdbtError {
    const known = Object.keys(this.data)
    const near = value === undefined ? nearest(key, known) : undefined
    return new TdbtError('T1004', message, {
      location: this.yaml.locate([...this.path, key, ...more]),
      source: this.yaml.source,
      ...(value === undefined ? {} : { found: JSON.stringify(value) ?? String(value) }),
      ...(near === undefined ? {} : { hint: `Did you mean '${key}' where '${near}' is written?` }),
    })
  }
}

const CONSTRAINT_TYPES = new Set(['check', 'not_null', 'unique', 'primary_key', 'foreign_key', 'custom'])

/** The `constraints` of a column or a model. */
export function readConstraints(entry: Entry, level: 'column' | 'model'): Constraint[] {
  return entry.entries('constraints').map((item) => {
    const type = item.data['type']
    if (typeof type !== 'string' || !CONSTRAINT_TYPES.has(type)) {
      throw item.problem(
        'type',
        `Invalid constraint type on ${level} '${String(entry.data['name'] ?? '')}'`,
        type ?? null,
      )
    }
    return {
      type: type as Constraint['type'],
      name: item.text('name'),
      expression: item.text('expression'),
      warn_unenforced: item.flag('warn_unenforced') ?? true,
      warn_unsupported: item.flag('warn_unsupported') ?? true,
      to: item.text('to'),
      to_columns: item.texts('to_columns'),
      ...(level === 'model' ? { columns: item.texts('columns') } : {}),
    }
  })
}
