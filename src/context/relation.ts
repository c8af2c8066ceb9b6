import type { Dialect } from '../adapters/interface.ts'
import { TdbtError } from '../core/index.ts'
import { PyObject, type PyValue } from '../jinja/index.ts'
import { relationAttribute } from './relation-attributes.ts'
import { type Path, type Policy, RELATION_PARTS, type RelationPart } from './relation-policy.ts'

/** What a relation needs of an engine. */
export type RelationDialect = Pick<Dialect, 'maxIdentifierLength' | 'quoting' | 'quote' | 'aliasesSubqueries'>

/** A window of event time: rows with start <= field < end. */
export interface EventTimeFilter {
  readonly field: string
  readonly start: string | null
  readonly end: string | null
}

export interface RelationFields {
  readonly path: Path
  /** dbt's word: table, view, cte, materialized_view, ephemeral, external, pointer_table, function; null when not known. */
  readonly type: string | null
  readonly includePolicy: Policy
  readonly quotePolicy: Policy
  readonly dbtCreated: boolean
  readonly limit: number | null
  readonly eventTimeFilter: EventTimeFilter | null
  /** Sub-queries of `limit` and `eventTimeFilter` get an alias. */
  readonly requireAlias: boolean
  /** The view of an information schema: such a relation renders `"db".INFORMATION_SCHEMA.<view>`; undefined for all others. */
  readonly informationSchemaView: string | null | undefined
  /** SQL that stands for the relation in place of its name: files of a source. */
  readonly external: string | null
  readonly dialect: RelationDialect
}

export interface RelationOptions {
  readonly database?: string | null
  readonly schema?: string | null
  readonly identifier?: string | null
  readonly type?: string | null
  readonly quotePolicy?: Partial<Policy>
  /** Every part of it, used as it is: many relations may share one. */
  readonly wholeQuotePolicy?: Policy
  readonly includePolicy?: Partial<Policy>
  readonly dbtCreated?: boolean
  readonly limit?: number | null
  readonly eventTimeFilter?: EventTimeFilter | null
  readonly external?: string | null
  readonly dialect?: RelationDialect
}

/** Changes that `incorporate` lays over a relation; what is left out stays, null takes away. */
export interface RelationChanges {
  readonly path?: Partial<Path>
  readonly type?: string | null
  readonly quotePolicy?: Partial<Policy>
  readonly includePolicy?: Partial<Policy>
  readonly dbtCreated?: boolean
  readonly limit?: number | null
  readonly eventTimeFilter?: EventTimeFilter | null
  readonly requireAlias?: boolean
}

const TYPES = new Set([
  'table',
  'view',
  'cte',
  'materialized_view',
  'ephemeral',
  'external',
  'pointer_table',
  'function',
])
const RENAMEABLE = new Set(['table', 'view'])
const ALL: Policy = { database: true, schema: true, identifier: true }

/** Used where no engine is given: Postgres. */
const DEFAULT_DIALECT: RelationDialect = {
  maxIdentifierLength: 63,
  quoting: ALL,
  quote: (identifier) => `"${identifier.replaceAll('"', '""')}"`,
}

/**
 * dbt's Relation: an immutable name of a table or view with its policies, printed as SQL. Equal to dbt's PostgresRelation in what it renders, what equals
 * what, and what templates can ask it.
 */
export class Relation extends PyObject {
  override readonly $mapping = true
  readonly #fields: RelationFields

  private constructor(fields: RelationFields) {
    super()
    this.#fields = fields
    const { path, type, dialect, informationSchemaView } = fields
    if (informationSchemaView !== undefined || path.identifier === null || type === null) return
    const length = [...path.identifier].length
    if (length > dialect.maxIdentifierLength) {
      throw new TdbtError(
        'T4001',
        `Relation name '${path.identifier}' is longer than ${dialect.maxIdentifierLength} characters`,
        { hint: 'Give the model a shorter name or alias.', found: `${length} characters` },
      )
    }
  }

  /** A relation of its names. Throws T4001 on a type that dbt does not know, and on a name that is longer than the engine takes. */
  static create(options: RelationOptions): Relation {
    const dialect = options.dialect ?? DEFAULT_DIALECT
    const type = options.type ?? null
    if (type !== null && !TYPES.has(type)) {
      throw new TdbtError('T4001', `'${type}' is no type of relation`, { expected: [...TYPES].join(', ') })
    }
    return new Relation({
      path: {
        database: options.database ?? null,
        schema: options.schema ?? null,
        identifier: options.identifier ?? null,
      },
      type,
      includePolicy: options.includePolicy === undefined ? ALL : { ...ALL, ...options.includePolicy },
      quotePolicy: options.wholeQuotePolicy ?? { ...dialect.quoting, ...options.quotePolicy },
      dbtCreated: options.dbtCreated ?? false,
      limit: options.limit ?? null,
      eventTimeFilter: options.eventTimeFilter ?? null,
      requireAlias: dialect.aliasesSubqueries ?? true,
      informationSchemaView: undefined,
      external: options.external ?? null,
      dialect,
    })
  }

  get $type(): string {
    return this.#fields.informationSchemaView === undefined ? 'PostgresRelation' : 'InformationSchema'
  }

  get fields(): RelationFields {
    return this.#fields
  }

  get database(): string | null {
    return this.#fields.path.database
  }

  get schema(): string | null {
    return this.#fields.path.schema
  }

  get identifier(): string | null {
    return this.#fields.path.identifier
  }

  get type(): string | null {
    return this.#fields.type
  }

  get quotePolicy(): Policy {
    return this.#fields.quotePolicy
  }

  get includePolicy(): Policy {
    return this.#fields.includePolicy
  }

  get canBeRenamed(): boolean {
    return this.#fields.informationSchemaView === undefined && this.type !== null && RENAMEABLE.has(this.type)
  }

  get canBeReplaced(): boolean {
    return this.canBeRenamed
  }

  /** The bare name as SQL, without limits and filters. */
  render(): string {
    const { path, includePolicy, quotePolicy, dialect, informationSchemaView, external } = this.#fields
    if (external !== null) return external
    let out = ''
    for (const part of RELATION_PARTS) {
      const name = includePolicy[part] ? path[part] : null
      if (name === null) continue
      if (out !== '') out += '.'
      out += quotePolicy[part] ? dialect.quote(name) : name
    }
    if (!informationSchemaView) return out
    return out === '' ? informationSchemaView : `${out}.${informationSchemaView}`
  }

  /** The name, or the sub-query that gives `limit` rows of it. */
  renderLimited(): string {
    const { limit } = this.#fields
    const name = this.render()
    if (limit === null) return name
    const rows = limit === 0 ? `select * from ${name} where false limit 0` : `select * from ${name} limit ${limit}`
    return `(${rows})${this.#alias('limit')}`
  }

  /** The name, or `rendered`, narrowed to the window of event time. */
  renderEventTimeFiltered(rendered: string = this.render()): string {
    const { eventTimeFilter } = this.#fields
    if (eventTimeFilter === null) return rendered
    const { field, start, end } = eventTimeFilter
    const bounds = [
      ...(start === null ? [] : [`${field} >= '${start}'`]),
      ...(end === null ? [] : [`${field} < '${end}'`]),
    ]
    if (bounds.length === 0) return rendered
    return `(select * from ${rendered} where ${bounds.join(' and ')})${this.#alias('et_filter')}`
  }

  override toString(): string {
    if (this.type === 'function') return this.render()
    return this.renderEventTimeFiltered(this.renderLimited())
  }

  /** A new relation with the changes laid over this one. */
  incorporate(changes: RelationChanges): Relation {
    const { path, quotePolicy, includePolicy, ...rest } = changes
    const old = this.#fields
    if (rest.type !== undefined && rest.type !== null && !TYPES.has(rest.type)) {
      throw new TdbtError('T4001', `'${rest.type}' is no type of relation`, { expected: [...TYPES].join(', ') })
    }
    return new Relation({
      ...old,
      ...rest,
      path: { ...old.path, ...path },
      quotePolicy: { ...old.quotePolicy, ...quotePolicy },
      includePolicy: { ...old.includePolicy, ...includePolicy },
    })
  }

  quote(policy: Partial<Policy>): Relation {
    return this.incorporate({ quotePolicy: policy })
  }

  include(policy: Partial<Policy>): Relation {
    return this.incorporate({ includePolicy: policy })
  }

  /** The database and schema alone: what `create schema` takes. */
  withoutIdentifier(): Relation {
    return this.incorporate({ includePolicy: { identifier: false }, path: { identifier: null } })
  }

  /** The information schema of this relation's database, or one view of it. */
  informationSchema(view: string | null): Relation {
    const { path, includePolicy, quotePolicy, dialect } = this.#fields
    return new Relation({
      path: { database: path.database, schema: null, identifier: 'INFORMATION_SCHEMA' },
      type: 'view',
      includePolicy: { ...includePolicy, database: path.database !== null, schema: false, identifier: true },
      quotePolicy: { ...quotePolicy, identifier: false },
      dbtCreated: false,
      limit: null,
      eventTimeFilter: null,
      requireAlias: true,
      informationSchemaView: view,
      external: null,
      dialect,
    })
  }

  /**
   * True when all names given are this relation's; unquoted names that dbt made itself count in any case. Throws T3004 when only letter case
   * differs, T4001 when nothing is given.
   */
  matches(search: { database?: string | null; schema?: string | null; identifier?: string | null }): boolean {
    const given = RELATION_PARTS.flatMap((part) => {
      const value = search[part]
      return value === null || value === undefined ? [] : [[part, value] as const]
    })
    if (given.length === 0) {
      throw new TdbtError('T4001', 'Tried to match relation, but no search path was passed!')
    }
    const bare = (name: string | null): string => (name ?? 'None').toLowerCase().replace(/^"+|"+$/g, '')
    const exact = given.every(([part, value]) => this.#isExact(part, value))
    const approximate = given.every(([part, value]) => bare(this.#fields.path[part]) === bare(value))
    if (approximate && !exact) {
      const target = Relation.create({ ...search, dialect: this.#fields.dialect }).render()
      const found = this.render()
      throw new TdbtError(
        'T3004',
        `When searching for a relation, dbt found an approximate match. Instead of guessing \nwhich relation to use, dbt will move on. Please delete ${found}, or rename it to be less ambiguous.\nSearched for: ${target}\nFound: ${found}`,
      )
    }
    return exact
  }

  /** Equal in names, type, policies and filters. */
  equals(other: Relation): boolean {
    return this.#key() === other.#key()
  }

  override $attr(name: string): PyValue | undefined {
    return relationAttribute(this, name)
  }

  override $item(key: PyValue): PyValue | undefined {
    return typeof key === 'string' ? relationAttribute(this, key) : undefined
  }

  override $iter(): Iterator<PyValue> {
    throw this.#notADict()
  }

  override $len(): number {
    throw this.#notADict()
  }

  override $truth(): boolean {
    return true
  }

  override get $quiet(): boolean {
    return true
  }

  override $str(): string {
    return this.toString()
  }

  override $repr(): string {
    return `<${this.$type} ${this.render()}>`
  }

  override $eq(other: PyValue): boolean {
    return other instanceof Relation && this.equals(other)
  }

  override $hash(): string {
    return this.render()
  }

  #isExact(part: RelationPart, value: string): boolean {
    const name = this.#fields.path[part]
    if (this.#fields.dbtCreated && !this.#fields.quotePolicy[part]) return name?.toLowerCase() === value.toLowerCase()
    return name === value
  }

  #alias(kind: 'limit' | 'et_filter'): string {
    return this.#fields.requireAlias ? ` _dbt_${kind}_subq_${this.identifier ?? 'None'}` : ''
  }

  #key(): string {
    const { dialect: _, ...fields } = this.#fields
    return JSON.stringify(fields)
  }

  #notADict(): TdbtError {
    return new TdbtError(
      'T4001',
      `The object ("${this.toString()}") was used as a dictionary. This capability has been removed from objects of this type.`,
    )
  }
}
