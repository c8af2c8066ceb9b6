/** What the cache needs to know of a relation; `Relation` of context/ is one. */
export interface CachedRelation {
  readonly database: string | null
  readonly schema: string | null
  readonly identifier: string | null
}

interface Entry<R> {
  relation: R
  /** Keys of the relations that `drop … cascade` of this one would take with it. */
  readonly dependents: Set<string>
}

function lower(part: string | null): string {
  return part === null ? '' : part.toLowerCase()
}

/** Case-insensitive key of a relation: names are quoted, so no two keys meet. */
export function relationKey(relation: CachedRelation): string {
  return JSON.stringify([lower(relation.database), lower(relation.schema), lower(relation.identifier)])
}

function schemaKey(database: string | null, schema: string | null): string {
  return JSON.stringify([lower(database), lower(schema)])
}

/**
 * The relations known to exist in the schemas that were read, kept true by whoever creates, drops and renames: no look-up in a known schema asks the
 * server. Links hold which relations a cascading drop takes along. The rules are those of dbt's relation cache.
 */
export class RelationCache<R extends CachedRelation> {
  readonly #entries = new Map<string, Entry<R>>()
  readonly #schemas = new Set<string>()

  /** Declares a schema as read: its relations are those that were added. */
  addSchema(database: string | null, schema: string | null): void {
    this.#schemas.add(schemaKey(database, schema))
  }

  knowsSchema(database: string | null, schema: string | null): boolean {
    return this.#schemas.has(schemaKey(database, schema))
  }

  /** Adds a relation; one that is there already stays. */
  add(relation: R): void {
    this.addSchema(relation.database, relation.schema)
    const key = relationKey(relation)
    if (!this.#entries.has(key)) this.#entries.set(key, { relation, dependents: new Set() })
  }

  /** Notes that `dependent` goes when `referenced` is dropped with cascade. Unknown relations of known schemas are added as they come. */
  addLink(referenced: R, dependent: R): void {
    if (!this.knowsSchema(referenced.database, referenced.schema)) return
    this.add(referenced)
    this.add(dependent)
    this.#entries.get(relationKey(referenced))?.dependents.add(relationKey(dependent))
  }

  /** Forgets a relation and all that a cascading drop takes with it; an unknown one is no error. */
  drop(relation: CachedRelation): void {
    const gone = new Set<string>()
    const queue = [relationKey(relation)]
    for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
      const entry = this.#entries.get(key)
      if (entry === undefined || gone.has(key)) continue
      gone.add(key)
      queue.push(...entry.dependents)
    }
    if (gone.size === 0) return
    for (const key of gone) this.#entries.delete(key)
    for (const entry of this.#entries.values()) {
      for (const key of entry.dependents) if (gone.has(key)) entry.dependents.delete(key)
    }
  }

  dropSchema(database: string | null, schema: string | null): void {
    for (const relation of this.list(database, schema)) this.drop(relation)
    this.#schemas.delete(schemaKey(database, schema))
  }

  /**
   * Renames a relation; what depended on it depends on the new name. An unknown old name (a temporary table) just adds the new one. `renamed`
   * makes the relation under its new name from the old one. False when the new name is taken, in which case nothing changes.
   */
  rename(from: CachedRelation, to: R, renamed: (old: R) => R): boolean {
    const oldKey = relationKey(from)
    const newKey = relationKey(to)
    if (this.#entries.has(newKey)) return false
    const entry = this.#entries.get(oldKey)
    if (entry === undefined) {
      this.add(to)
      return true
    }
    this.#entries.delete(oldKey)
    this.addSchema(to.database, to.schema)
    this.#entries.set(newKey, { relation: renamed(entry.relation), dependents: entry.dependents })
    for (const other of this.#entries.values()) {
      if (other.dependents.delete(oldKey)) other.dependents.add(newKey)
    }
    return true
  }

  /** All relations of a schema, in the order they came. */
  list(database: string | null, schema: string | null): readonly R[] {
    const wanted = schemaKey(database, schema)
    const found: R[] = []
    for (const { relation } of this.#entries.values()) {
      if (schemaKey(relation.database, relation.schema) === wanted) found.push(relation)
    }
    return found
  }
}
