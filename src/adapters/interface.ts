import type { AdapterResponse, EventSink, Json, TargetConfig } from '../core/index.ts'

/**
 * What tdbt asks of an engine. An adapter is plain data and pure functions (`dialect`, `capabilities`) plus one door to the
 * outside, `open`. Nothing outside adapters/ asks which adapter it is: it asks a capability or calls the dialect.
 */
export interface Adapter {
  /** dbt's name of the adapter, what `adapter.type()` answers and materializations are looked up by: `postgres`, `redshift`, `duckdb`, `trino`. */
  readonly type: string
  /** Macro prefixes in the order dispatch tries them, before `default`: `['postgres']`, `['redshift', 'postgres']`. */
  readonly dispatchPrefixes: readonly string[]
  readonly capabilities: Capabilities
  readonly dialect: Dialect
  /**
   * Opens nothing yet that needs a server elsewhere; the first acquire connects. The embedded engine starts here: T5004, T5005.
   * Throws T1006 on credentials that cannot be right.
   */
  open(options: OpenOptions): Promise<Engine>
  /** The target with what follows from its credentials (a database named after its file). Throws T1006 where they contradict each other. */
  completeTarget?(target: TargetConfig): TargetConfig
  /** Methods of `adapter` in templates that this engine has beyond dbt's own, by name. They ask nobody. */
  readonly templateMethods?: Readonly<Record<string, TemplateMethod>>
}

/** A method of `adapter` over plain data; relations come as their SQL. */
export interface TemplateMethod {
  readonly parameters: readonly { readonly name: string; readonly default?: Json }[]
  run(args: Readonly<Record<string, Json>>, place: TemplatePlace): Json
}

export interface TemplatePlace {
  readonly target: TargetConfig
  /** Absolute folder of the project. */
  readonly projectRoot: string
  /** Warns, at most once a run with the same words. */
  warnOnce(message: string): void
}

export interface OpenOptions {
  readonly target: TargetConfig
  /** Absolute folder of the project: where the embedded engine keeps `.tdbt/`. */
  readonly projectRoot: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly emit: EventSink
  /** Shown to the server: `tdbt/<version> <invocation id>`. */
  readonly applicationName: string
}

export interface Capabilities {
  /** DDL can be rolled back: tables are published by rename in one transaction. */
  readonly transactionalDdl: boolean
  readonly materializedViews: boolean
  readonly merge: boolean
  readonly indexes: boolean
  readonly grants: boolean
  /** How many sessions can work at once; 1 for PGlite. */
  readonly maxSessions: number
  readonly cancel: boolean
  readonly statementTimeout: boolean
  readonly bulkLoad: boolean
  /** A statement outside of a transaction commits by itself unless it asks for one; when left out, the first statement of a node begins one. */
  readonly autocommits?: boolean
  /** A catalog query gives a relation's last change without reading it. */
  readonly metadataFreshness: boolean
  /** `COPY (query) TO 'file' (FORMAT parquet)` writes a file of this machine. */
  readonly writesParquet?: boolean
  /** Name of the engine's binary COPY format: two engines with the same one can hand their bytes on. */
  readonly copyBinary?: string
}

export interface Dialect {
  /** Identifier length past which the engine would cut names. */
  readonly maxIdentifierLength: number
  /** Default quoting of database, schema and identifier in rendered relations. */
  readonly quoting: { readonly database: boolean; readonly schema: boolean; readonly identifier: boolean }
  /** Whether names in other databases can be addressed. */
  readonly crossDatabase: boolean
  quote(identifier: string): string
  /** An SQL literal of a string, number, boolean or null. */
  literal(value: Json): string
  /** The engine's type for a column of an inferred kind (seeds, unit tests): text, integer, bigint, number, boolean, date, datetime, time. */
  typeFor(kind: InferredKind): string
  /** How dbt's driver of the engine calls a query's column type (`STRING`, `DECIMAL`): contracts compare types by these words. Absent: by the type itself. */
  queryColumnType?(type: string, typeCode?: number): string
  /** Whether a sub-query in FROM needs a name; true when left out. */
  readonly aliasesSubqueries?: boolean
  /** What a foreign key may call the relation that it points at, from its full name as SQL; the same when left out. */
  foreignKeyTarget?(relation: string): string
  /** SQL of the files that stand for a source which is no table of the database; null for one that is. */
  sourceLocation?(source: NamedSource): string | null
  /** SQL that lists relations of the schemas with their kind: columns database, name, schema, type (dbt's words). One statement for all schemas. */
  listRelationsSql(database: string, schemas: readonly string[]): string
  /** SQL that lists all schema names of the database: one column. */
  listSchemasSql(database: string): string
  /**
   * SQL for the catalog of `docs generate` over the schemas: columns table_database, table_schema, table_name, table_type, table_comment,
   * column_name, column_index, column_type, column_comment, table_owner.
   */
  catalogSql(database: string, schemas: readonly string[]): string
  /** SQL for the relations (name, type) that keep a table from being dropped without cascade; absent where nothing does. */
  dependentsSql?(schema: string, identifier: string): string
  /** Statement that makes the transaction just begun see one state of the database, and write nothing; absent where every transaction does. */
  readonly snapshotSql?: string
  /** Type for decimals with so many digits after the point, where numeric without digits is not exact. */
  decimalType?(scale: number): string
  /** Type of strings of bytes, which COPY's text format writes as `\\x…`; absent where there is none. */
  readonly bytesType?: string
  /** Expression for the digits after the point of a decimal. */
  scaleSql?(expression: string): string
  /**
   * SQL that counts for several data tests at once: one row for each part, in any order; its place among the parts, then three columns for each count: the
   * number, and whether it is past the test's thresholds; nulls to the width of the first part, which must be the widest. Absent: tests are counted one by
   * one.
   */
  countsSql?(parts: readonly CountedPart[]): string
}

/** What a data test counts: rows for which a condition is true, different values for which it is, or rows beyond the first of each value (none: unique). */
export type ScanCount =
  | { readonly kind: 'rows'; readonly condition: string }
  | { readonly kind: 'values'; readonly column: string; readonly condition: string }
  | { readonly kind: 'duplicates'; readonly column: string }

/** A count with the thresholds behind it, as in the test's config: `!= 0`, `> 10`. */
export interface ThresholdCount {
  readonly count: ScanCount
  /** A count ends there; null: nowhere. */
  readonly most: number | null
  readonly warnIf: string
  readonly errorIf: string
}

/** What one row tells: the counts of one scan of what stands behind FROM, or the one row (`failures`, `should_warn`, `should_error`) of a query. */
export type CountedPart =
  | { readonly kind: 'scan'; readonly source: string; readonly counts: readonly ThresholdCount[] }
  | { readonly kind: 'query'; readonly sql: string }

/** What a source's SQL may be made of. */
export interface NamedSource {
  readonly name: string
  readonly identifier: string
  readonly schema: string
  readonly database: string | null
  readonly tags: readonly string[]
  readonly meta: Readonly<Record<string, Json>>
  readonly config: object
}

export type InferredKind = 'text' | 'integer' | 'bigint' | 'number' | 'boolean' | 'date' | 'datetime' | 'time'

/** A connected engine: hands out sessions until closed. */
export interface Engine extends AsyncDisposable {
  readonly adapter: Adapter
  /** Sessions at once at most: the target's threads, or fewer. */
  readonly maxSessions: number
  /** How libpq reaches the same database, for DuckDB's postgres extension; holds secrets, so it is neither logged nor shown. Absent where nothing else can. */
  readonly libpqAddress?: string | undefined
  /**
   * A session of one's own until released; waits when all are out. `name` is for messages (`model.shop.orders`).
   * Errors: T5001 no server, T5002 refused, T5004/T5005 embedded. Connection errors are retried before they surface.
   */
  acquire(name: string, signal?: AbortSignal): Promise<Session>
  /** Facts for `debug`: server version, where it is; connects. */
  describe(): Promise<readonly (readonly [label: string, value: string])[]>
  /** Cancels every running statement; their promises reject with T5008. */
  cancelAll(): Promise<void>
  /** Closes all; idempotent. The embedded server stops when no other process uses it. */
  close(): Promise<void>
}

export interface Session {
  readonly name: string
  /** True between a BEGIN and its COMMIT or ROLLBACK, as the server says it. */
  readonly inTransaction: boolean
  /**
   * Runs one text of one or more statements, as it is, without parameters. Columns and rows are those of the last statement that gives rows;
   * the response is that of the last statement, as with dbt's driver. An empty text gives nothing, with a response of -1 rows.
   * Errors: T5003 with the server's message in dbt's form, its SQLSTATE in `details.found`, the position as line of the SQL; T5006; T5008.
   */
  execute(sql: string, options?: ExecuteOptions): Promise<QueryResult>
  /**
   * As `execute`, but sent at once, behind what was sent before and without waiting for its answers, which come in order. A failure is the text's own: what
   * was sent behind it is run all the same (and fails too where it is part of a transaction that failed). Absent where nothing is gained by it.
   */
  send?(sql: string, options?: SendOptions): Promise<QueryResult>
  /** Runs one statement with parameters ($1…): for values that came from outside. */
  query(sql: string, parameters: readonly unknown[]): Promise<QueryResult>
  begin(): Promise<void>
  commit(): Promise<void>
  rollback(): Promise<void>
  /** COPY … FROM STDIN: `sql` is the COPY statement, chunks are its data. Rows loaded. Capability bulkLoad. */
  copyFrom(sql: string, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<number>
  /** COPY … TO STDOUT as a stream of chunks. */
  copyTo(sql: string): AsyncIterable<Uint8Array>
  /** Cancels what this session is running. */
  cancel(): Promise<void>
  /** Makes the session as good as new outside a transaction: settings and temporary tables go. Called where a node may have changed them. */
  reset?(): Promise<void>
  /** Gives the session back; rolls back what is open. A session whose connection broke is thrown away. */
  release(): Promise<void>
}

export interface ExecuteOptions {
  /** Stop reading after so many rows; undefined reads all. */
  readonly maxRows?: number
  /** Open a transaction before the text, in the same round trip where the engine can; no-op inside one. Error positions stay those of the text. */
  readonly begin?: boolean
}

export interface SendOptions extends ExecuteOptions {
  /** A transaction of the text's own: rolls back what is open by then and begins anew, in the same message. */
  readonly apart?: boolean
}

export interface ResultColumn {
  readonly name: string
  /** The engine's type name as format_type gives it: `integer`, `numeric(10,2)`, `timestamp without time zone`. */
  readonly type: string
  /** Which JavaScript value the cells have. */
  readonly kind: CellKind
  /** The engine's own number of the type, where it has one (Postgres: the oid). */
  readonly typeCode?: number
}

/**
 * How cells arrive: integer → number or bigint, decimal → string (exact digits as sent), float → number, text → string, boolean,
 * date `YYYY-MM-DD`, timestamp and timestamptz ISO text as the server sends it, time text, json → its text, bytes → Uint8Array, other → text; null is null.
 */
export type CellKind =
  | 'integer'
  | 'decimal'
  | 'float'
  | 'text'
  | 'boolean'
  | 'date'
  | 'timestamp'
  | 'timestamptz'
  | 'time'
  | 'interval'
  | 'json'
  | 'bytes'
  | 'array'
  | 'other'

export type Cell = null | boolean | number | bigint | string | Uint8Array | readonly Cell[]

export interface QueryResult {
  readonly columns: readonly ResultColumn[]
  readonly rows: readonly (readonly Cell[])[]
  /** dbt's adapter response: `{_message: 'SELECT 42', code: 'SELECT', rows_affected: 42}`. */
  readonly response: AdapterResponse
}
