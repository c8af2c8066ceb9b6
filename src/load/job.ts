import type { Dialect, Engine, Session } from '../adapters/interface.ts'
import type { EventSink, Invocation, LoadSpec, SourceNode } from '../core/index.ts'
import type { TableNames } from './table-names.ts'

/** One load that is being carried out. */
export interface LoadJob {
  readonly node: SourceNode
  readonly spec: LoadSpec
  /** How messages call it: `Source 'lake.orders'`. */
  readonly title: string
  readonly engine: Engine
  readonly dialect: Dialect
  /** The target's, in a transaction. */
  readonly session: Session
  readonly names: TableNames
  readonly invocation: Invocation
  readonly emit: EventSink
  readonly signal: AbortSignal | undefined
  /** Number of this batch, and the moment it began. */
  readonly batch: number
  readonly loadedAt: string
  /** Highest watermark of the batches before, null without one. */
  readonly watermark: string | null
  /** Everything anew: --full-refresh. */
  readonly anew: boolean
  /** Files are loaded though they were before. */
  readonly force: boolean
  /** The table as it is, null when it is not there. */
  readonly existing: readonly ColumnShape[] | null
  /** Records that the engine refused in an attempt before: they are put aside now. */
  readonly refused: readonly Reject[]
}

export interface ColumnShape {
  readonly name: string
  /** As the engine calls it. */
  readonly type: string
}

/** A row that could not be loaded. */
export interface Reject {
  readonly file: string
  readonly line: number
  readonly reason: string
  /** The row as written, shortened. */
  readonly row: string
}

/** A file of a batch. */
export interface LoadedFile {
  readonly name: string
  readonly size: number
  readonly sha256: string
  readonly rows: number
  readonly rejected: number
}

/** A column that the origin has. */
export interface FeedColumn {
  readonly name: string
  /** In the target's words; null where nothing tells (no value in it). */
  readonly type: string | null
}

/** What came out of writing to the staging table. */
export interface Written {
  /** Rows that the origin had for this load, rejects included, counted there. */
  readonly originRows: number
  readonly rejects: readonly Reject[]
  readonly files: readonly LoadedFile[]
  readonly bytes: number
  /** How the rows travelled: `binary`, `text` or `csv`. */
  readonly format: string
}

/** Where rows come from, opened and looked at. */
export interface Feed {
  readonly columns: readonly FeedColumn[]
  /** True when there is nothing that was not loaded before. */
  readonly isEmpty: boolean
  /** Writes all rows into a table that has `columns`, then the constants. */
  write(table: string, columns: readonly ColumnShape[], constants: readonly Constant[]): Promise<Written>
  /** Rows as texts of the given columns, for check: hash; the order does not matter. */
  hash(columns: readonly ColumnShape[]): Promise<string>
  /** Writes the keys of all rows that the origin has now: null where it cannot. */
  writeKeys(table: string, columns: readonly ColumnShape[]): Promise<number | null>
  close(): Promise<void>
}

/** A column of the load's own, the same in each row (of a file). */
export interface Constant {
  readonly name: string
  readonly type: string
  /** Text of the value; 'file' is the name of the file that the row is from. */
  readonly value: string | { readonly of: 'file' }
}
