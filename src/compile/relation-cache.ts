/** What the cache needs to know of a relation; `Relation` of context/ is one. */
export interface CachedRelation {
  readonly database: string | null
  readonly schema: string | null
  readonly identifier: string | null
}

interface Entry<R> {
  relation: R
  /** What a `drop … cascade` of this one takes with it. */
  readonly dependents: Set<Entry<R>>
  /** What takes this one with it. */
  readonly references: Set<Entry<R>>
}

function lower(part: string | null): string {
  return part === null ? '' : part.toLowerCase()
}

function schemaKey(database: string | null, schema: string | null): string {
  return JSON.stringify([lower(database), lower(schema)])
}

/** Names as look-ups compare them: in lower case, without quotes around. */
function nameKey(identifier: string | null): string {
  return lower(identifier).replace(/^"+|"+$/g, '')
}

/**
 * The relations known to exist in the schemas that were read, kept true by whoever creates, drops and renames: no look-up in a known schema asks the
 * server. Links hold which relations a cascading drop takes along. The rules are those of dbt's relation cache.
 */
export class RelationCache<R extends CachedRelation> {
  /** By schema, then by name; a schema that was read and is empty is there with no names. */
  readonly #schemas = new Map<string, Map<string, Entry<R>>>()

  /** Declares a schema as read: its relations are those that were added. */
  addSchema(database: string | null, schema: string | null): void {
    this.#schema(database, schema)
  }

  knowsSchema(database: string | null, schema: string | null): boolean {
    return this.#schemas.has(schemaKey(database, schema))
  }

  /** Adds a relation; one that is there already stays. */
  add(relation: R): void {
    this.#entry(relation)
  }

  /** Notes that `dependent` goes when `referenced` is dropped with cascade. Unknown relations of known schemas are added as they come. */
  addLink(referenced: R, dependent: R): void {
    if (!this.knowsSchema(referenced.database, referenced.schema)) return
    const to = this.#entry(referenced)
    const from = this.#entry(dependent)
    to.dependents.add(from)
    from.references.add(to)
  }

  /** Forgets a relation and all that a cascading drop takes with it, and gives what was known of it; an unknown one is no error. */
  drop(relation: CachedRelation): R | undefined {
    const first = this.#find(relation)
    const known = first?.relation
    const queue = first === undefined ? [] : [first]
    for (let entry = queue.pop(); entry !== undefined; entry = queue.pop()) {
      if (!this.#remove(entry)) continue
      queue.push(...entry.dependents)
      for (const reference of entry.references) reference.dependents.delete(entry)
    }
    return known
  }

  dropSchema(database: string | null, schema: string | null): void {
    for (const relation of this.list(database, schema)) this.drop(relation)
    this.#schemas.delete(schemaKey(database, schema))
  }

  /**
   * Renames a relation; what depended on it still does. An unknown old name (a temporary table) just adds the new one. `renamed` makes the relation
   * under its new name from the old one. False when the new name is taken, in which case nothing changes.
   */
  rename(from: CachedRelation, to: R, renamed: (old: R) => R): boolean {
    if (this.#find(to) !== undefined) return false
    const entry = this.#find(from)
    if (entry === undefined) {
      this.add(to)
      return true
    }
    this.#remove(entry)
    entry.relation = renamed(entry.relation)
    this.#schema(to.database, to.schema).set(nameKey(to.identifier), entry)
    return true
  }

  /** The relation of a schema whose name is that one but for letter case and quotes. */
  find(database: string | null, schema: string | null, identifier: string): R | undefined {
    return this.#find({ database, schema, identifier })?.relation
  }

  /** All relations of a schema, in the order they came. */
  list(database: string | null, schema: string | null): readonly R[] {
    const entries = this.#schemas.get(schemaKey(database, schema))
    return entries === undefined ? [] : [...entries.values()].map((entry) => entry.relation)
  }

  /** All relations by `database.schema.name`, each with those that a cascading drop of it takes along. */
  dump(): Readonly<Record<string, readonly string[]>> {
    const dotted = ({ relation: { database, schema, identifier } }: Entry<R>): string =>
      [database, schema, identifier].map((part) => part ?? '').join('.')
    const entries = [...this.#schemas.values()].flatMap((schema) => [...schema.values()])
    return Object.fromEntries(entries.map((entry) => [dotted(entry), [...entry.dependents].map(dotted)]))
  }

  #schema(database: string | null, schema: string | null): Map<string, Entry<R>> {
    const key = schemaKey(database, schema)
    let entries = this.#schemas.get(key)
    if (entries === undefined) {
      entries = new Map()
      this.#schemas.set(key, entries)
    }
    return entries
  }

  #find(relation: CachedRelation): Entry<R> | undefined {
    return this.#schemas.get(schemaKey(relation.database, relation.schema))?.get(nameKey(relation.identifier))
  }

  #entry(relation: R): Entry<R> {
    const entries = this.#schema(relation.database, relation.schema)
    const key = nameKey(relation.identifier)
    let entry = entries.get(key)
    if (entry === undefined) {
      entry = { relation, dependents: new Set(), references: new Set() }
      entries.set(key, entry)
    }
    return entry
  }

  /** Takes an entry out of its schema; false when it was not in it any more. */
  #remove(entry: Entry<R>): boolean {
    const { database, schema, identifier } = entry.relation
    const entries = this.#schemas.get(schemaKey(database, schema))
    const key = nameKey(identifier)
    return entries?.get(key) === entry && entries.delete(key)
  }
}
