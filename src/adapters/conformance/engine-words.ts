import type { AdapterResponse } from '../../core/index.ts'
import type { Cell, CellKind } from '../interface.ts'

/** What the suite must say or expect in an engine's own words, where SQL leaves it to the engine. */
export interface EngineWords {
  /** The response to a statement, from what dbt's Postgres driver says of it. */
  response(message: string, code: string, rows: number): AdapterResponse
  /** Names of the types of `valueTests`' typed columns, in its order. */
  readonly typeNames: readonly string[]
  /** A decimal of more digits than a float has, as the engine's widest type takes them. */
  readonly wideDecimal: { readonly type: string; readonly digits: string }
  /** One row of what only this engine writes so, with the types, kinds and cells it gives. Matchers may stand among the cells. */
  readonly ownValues: {
    readonly sql: string
    readonly types: readonly (readonly [type: string, kind: CellKind])[]
    readonly cells: readonly unknown[]
  }
  /** Fails when it runs, not when it is read. */
  readonly failing: { readonly sql: string; readonly message: string | RegExp }
  /** What `column "nope" does not exist` is, and the kind of error in `found`. */
  readonly unknownColumn: { readonly message: RegExp; readonly found: string }
  /** `found` of a statement in a transaction that failed. */
  readonly abortedTransaction: string
  readonly unknownTable: string
  /** SQL of a boolean: whether the table of the suite's schema is there; without a schema, a temporary one. */
  exists(table: string, schema?: string): string
  /** A setting of the session, and SQL of a boolean that tells it. */
  readonly setting: (value: number) => { readonly set: string; readonly isSet: string }
  /** SQL of the text for text the engine gives of a COPY that cannot be read. */
  readonly badCopy: { readonly found: string; readonly message: RegExp }
  /** A statement that is still running whenever it is looked at. */
  readonly endless: string
  /** A table that the engine lists as one although it is made in its own way; null where it has none. */
  readonly otherTable: ((name: string) => string) | null
  /** Type names in the catalog of integer and varchar(5). */
  readonly catalogTypes: readonly [integer: string, varchar5: string]
  /** SQL of the owner that the catalog names; null where tables have none. */
  readonly ownerSql: string | null
  /** One text is one transaction of its own. */
  readonly textsAreTransactions: boolean
  /** The server's notices, errors with DETAIL lines, and sessions that another one can end are what Postgres alone has. */
  readonly isPostgres: boolean
  /** The cell of `select -2.5 + 0.0`. */
  readonly minusTwoAndAHalf: Cell
}
