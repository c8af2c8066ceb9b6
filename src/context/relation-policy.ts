import { PyFunction, PyObject, type PyValue, pyRepr, raise } from '../jinja/index.ts'

/** The three parts of a relation's name, in the order they are written. */
export type RelationPart = 'database' | 'schema' | 'identifier'

export const RELATION_PARTS: readonly RelationPart[] = ['database', 'schema', 'identifier']

export type Policy = Readonly<Record<RelationPart, boolean>>
export type Path = Readonly<Record<RelationPart, string | null>>

/** `relation.path`, `relation.quote_policy`, `relation.include_policy` as templates see them. */
export class PartsObject extends PyObject {
  readonly $type: 'Path' | 'Policy'
  override readonly $mapping = true
  readonly parts: Readonly<Record<RelationPart, string | boolean | null>>

  constructor(type: 'Path' | 'Policy', parts: Readonly<Record<RelationPart, string | boolean | null>>) {
    super()
    this.$type = type
    this.parts = parts
  }

  override $attr(name: string): PyValue | undefined {
    if (isRelationPart(name)) return this.parts[name]
    if (name === 'get_part') return new PyFunction('get_part', ([key]) => this.#part(key))
    if (name === 'get_lowered_part') {
      return new PyFunction('get_lowered_part', ([key]) => {
        const part = this.#part(key)
        return typeof part === 'string' ? part.toLowerCase() : part
      })
    }
    if (name === 'get') return new PyFunction('get', ([key, fallback]) => this.$item(key ?? null) ?? fallback ?? null)
    return undefined
  }

  override $item(key: PyValue): PyValue | undefined {
    return typeof key === 'string' && isRelationPart(key) ? this.parts[key] : undefined
  }

  override $eq(other: PyValue): boolean {
    return (
      other instanceof PartsObject &&
      other.$type === this.$type &&
      RELATION_PARTS.every((part) => other.parts[part] === this.parts[part])
    )
  }

  override $truth(): boolean {
    return true
  }

  override $repr(): string {
    return `${this.$type}(${RELATION_PARTS.map((part) => `${part}=${pyRepr(this.parts[part])}`).join(', ')})`
  }

  #part(key: PyValue | undefined): PyValue {
    if (typeof key === 'string' && isRelationPart(key)) return this.parts[key]
    return raise('ValueError', `Got a key of ${pyRepr(key ?? null)}, expected one of database, schema, identifier`)
  }
}

export function isRelationPart(name: string): name is RelationPart {
  return name === 'database' || name === 'schema' || name === 'identifier'
}
