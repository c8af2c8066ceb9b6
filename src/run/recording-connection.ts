import type { QueryResult, Session } from '../adapters/interface.ts'
import { Connection, RelationCache, type StatementOptions } from '../compile/index.ts'
import type { Relation } from '../context/index.ts'
import type { LogLevel } from '../core/index.ts'
import { COLUMN_MARKS, NotRecordable } from './statement-script.ts'

/** What was done while a materialization was recorded, as it was done. */
export type Recorded =
  | { readonly kind: 'find'; readonly identifier: string; readonly found: Relation | null }
  | { readonly kind: 'send'; readonly sql: string; readonly autoBegin: boolean }
  | { readonly kind: 'query'; readonly sql: string; readonly autoBegin: boolean }
  | { readonly kind: 'commit' }
  | { readonly kind: 'drop'; readonly relation: Relation }
  | { readonly kind: 'rename'; readonly from: Relation; readonly to: Relation }
  | { readonly kind: 'write'; readonly text: string }
  | {
      readonly kind: 'log'
      readonly level: LogLevel
      readonly message: string
      readonly nodeId: string | undefined
    }

/** A failure that befell a node whose script was played: recorded again up to there, it passes the macros that it would have passed. */
export interface Failure {
  readonly step: number
  readonly error: unknown
}

/** Where the recorded steps come together, in their order. */
export class Tape {
  readonly steps: Recorded[] = []
  /** A query that is made now asks for the columns of a table. */
  asksForColumns = false
  readonly #failure: Failure | undefined
  hasFailed = false

  constructor(failure?: Failure) {
    this.#failure = failure
  }

  /** Throws the failure where it is this step's. */
  add(step: Recorded): void {
    if (this.#failure?.step === this.steps.length) {
      this.hasFailed = true
      throw this.#failure.error
    }
    this.steps.push(step)
  }

  /** From here on what is found may be of the node's own making, and nobody could take up where the player left off. */
  get isUnderWay(): boolean {
    return this.steps.some(({ kind }) => kind === 'commit' || kind === 'drop' || kind === 'rename')
  }
}

/** What a table's columns are said to be: as `get_columns_in_relation` lists them. */
const MARKED_COLUMNS: QueryResult = {
  columns: [
    { name: 'column_name', type: 'text', kind: 'text' },
    { name: 'data_type', type: 'text', kind: 'text' },
    { name: 'character_maximum_length', type: 'integer', kind: 'integer' },
    { name: 'numeric_precision', type: 'integer', kind: 'integer' },
    { name: 'numeric_scale', type: 'integer', kind: 'integer' },
  ],
  rows: COLUMN_MARKS.map((name) => [name, 'boolean', null, null, null]),
  response: { _message: 'SELECT 2' },
}

/** A connection that sends nothing. All answers are there at once: `answerTo` gives what stands behind a promise of its own. */
export class RecordingConnection extends Connection {
  readonly #tape: Tape
  #given: {
    readonly promise: unknown
    readonly answer: { readonly value: unknown } | { readonly error: unknown }
  } | null = null

  constructor(options: ConstructorParameters<typeof Connection>[0], tape: Tape) {
    super(options)
    this.#tape = tape
  }

  /** Throws NotRecordable for a promise that is not the last one given: somebody waits for something else. */
  answerTo(promise: unknown): { readonly value: unknown } | { readonly error: unknown } {
    if (this.#given === null || this.#given.promise !== promise) throw new NotRecordable('waits for something else')
    return this.#given.answer
  }

  override allowAhead(): void {}

  override get hasAhead(): boolean {
    return false
  }

  override onFailure(): void {}

  override sendAhead(
    sql: string,
    options: { readonly autoBegin: boolean },
    onAnswer: (result: QueryResult) => void,
  ): Promise<boolean> {
    const step = this.#tape.steps.length
    return this.#give(() => {
      this.#tape.add({ kind: 'send', sql, autoBegin: options.autoBegin })
      onAnswer({ columns: [], rows: [], response: { _message: String(step) } })
      return true
    })
  }

  override commit(): Promise<void> {
    return this.#give(() => this.#tape.add({ kind: 'commit' }))
  }

  override settle(): Promise<void> {
    return this.#give(() => undefined)
  }

  override execute(sql: string, options: StatementOptions): Promise<QueryResult> {
    if (!this.#tape.asksForColumns || this.#tape.isUnderWay || options.maxRows !== undefined) return this.#refuse()
    return this.#give(() => {
      this.#tape.add({ kind: 'query', sql, autoBegin: options.autoBegin })
      return MARKED_COLUMNS
    })
  }

  override copyFrom(): Promise<number> {
    return this.#refuse()
  }

  override rollback(): Promise<void> {
    return this.#refuse()
  }

  override clearTransaction(): Promise<void> {
    return this.#refuse()
  }

  override session(): Promise<Session> {
    return this.#refuse()
  }

  #refuse(): never {
    throw new NotRecordable('asks the server')
  }

  #give<T>(work: () => T): Promise<T> {
    let answer: { readonly value: T } | { readonly error: unknown }
    try {
      answer = { value: work() }
    } catch (error) {
      answer = { error }
    }
    const promise = 'error' in answer ? Promise.reject(answer.error) : Promise.resolve(answer.value)
    promise.catch(() => undefined)
    this.#given = { promise, answer }
    return promise
  }
}

/** A cache that knows one schema with at most one relation in it, the one that the node replaces. */
export class RecordingCache extends RelationCache<Relation> {
  readonly #tape: Tape
  readonly #schema: Relation
  #renaming = false

  constructor(tape: Tape, self: Relation, existing: Relation | null) {
    super()
    super.addSchema(self.database, self.schema)
    if (existing !== null) super.add(existing)
    this.#tape = tape
    this.#schema = self
  }

  override knowsSchema(database: string | null, schema: string | null): boolean {
    if (database === this.#schema.database && schema === this.#schema.schema) return true
    throw new NotRecordable('looks into another schema')
  }

  override find(database: string | null, schema: string | null, identifier: string): Relation | undefined {
    this.knowsSchema(database, schema)
    if (this.#tape.isUnderWay) throw new NotRecordable('looks at what it made')
    const found = super.find(database, schema, identifier)
    this.#tape.add({ kind: 'find', identifier, found: found ?? null })
    return found
  }

  override rename(from: Relation, to: Relation, renamed: (old: Relation) => Relation): boolean {
    this.#tape.add({ kind: 'rename', from, to })
    this.#renaming = true
    const done = super.rename(from, to, renamed)
    this.#renaming = false
    return done
  }

  override drop(relation: Relation): Relation | undefined {
    this.#tape.add({ kind: 'drop', relation })
    return super.drop(relation)
  }

  override add(relation: Relation): void {
    if (!this.#renaming) throw new NotRecordable('adds to the cache')
    super.add(relation)
  }

  override addSchema(): void {
    throw new NotRecordable('adds to the cache')
  }

  override addLink(): void {
    throw new NotRecordable('adds to the cache')
  }

  override dropSchema(): void {
    throw new NotRecordable('drops a schema')
  }

  override list(): readonly Relation[] {
    throw new NotRecordable('lists relations')
  }
}
