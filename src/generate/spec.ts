import type { Json, SourceLocation } from '../core/index.ts'

/**
 * A generator spec: tables of synthetic rows. Every cell is a pure function of (seed, table, column, row), so the same spec
 * gives the same bytes on every machine. The file's keys are the ones below in snake_case. Plain data: it is sent to worker threads.
 */
export interface GeneratorSpec {
  readonly name: string
  /** Path for messages, and the text of the file. */
  readonly file: string
  readonly source: string
  readonly seed: number
  /** Schema that the tables are written to. */
  readonly schema: string
  readonly locale: string
  readonly output: OutputSpec
  readonly tables: readonly TableSpec[]
}

/** Where the rows go when the command line says nothing else. `folder` is relative to the project, for files. */
export interface OutputSpec {
  readonly format: OutputFormat
  readonly folder: string
}

export const OUTPUT_FORMATS = ['target', 'csv', 'parquet'] as const
/** `target`: tables of the connection. */
export type OutputFormat = (typeof OUTPUT_FORMATS)[number]

export interface TableSpec {
  readonly name: string
  readonly rows: RowCount
  readonly columns: readonly ColumnSpec[]
  /** Share of rows that are written twice (dirt). */
  readonly duplicateRate: number
  /** Date column whose day a row's file is named after: `orders_20250131.csv`. Files only. */
  readonly byDay: string | null
  /** Hidden tables are there for keys of others and are not written. */
  readonly hidden: boolean
  readonly location: SourceLocation
}

export type RowCount =
  /** A number of rows, times --scale unless the table is of fixed size. */
  | { readonly kind: 'fixed'; readonly count: number; readonly scaled: boolean }
  /** A few rows for each row of a parent table: `min`, or one more, two more… by weight. */
  | { readonly kind: 'per'; readonly parent: string; readonly weights: readonly number[]; readonly min: number }
  /** So many rows together, times --scale, shared out over the rows of a parent table, each of which has `min` at least. */
  | { readonly kind: 'shared'; readonly parent: string; readonly total: number; readonly min: number }

export interface ColumnSpec {
  readonly name: string
  /** SQL type of the written column. */
  readonly type: string
  readonly value: ValueSpec
  /** No value comes twice: texts carry the row number, numbers, dates, choices and keys are dealt out like cards. */
  readonly unique: boolean
  /** Share of rows without a value; other columns see the null. */
  readonly nullRate: number
  readonly dirt: readonly DirtSpec[]
  /** Hidden columns are there for other columns and are not written. */
  readonly hidden: boolean
  readonly location: SourceLocation
}

export interface WeightedValues {
  readonly values: readonly Json[]
  readonly weights: readonly number[]
}

export type ValueSpec =
  | { readonly kind: 'sequence'; readonly start: number; readonly step: number }
  | { readonly kind: 'faker'; readonly method: string; readonly args: readonly Json[]; readonly locale: string | null }
  | ({ readonly kind: 'choice' } & WeightedValues)
  /** Another choice for each value of a column of the same row. */
  | {
      readonly kind: 'choice_by'
      readonly column: string
      readonly choices: ReadonlyMap<string, WeightedValues>
      readonly otherwise: WeightedValues | null
    }
  | { readonly kind: 'integer'; readonly range: NumberRange; readonly by: RangeBy | null }
  | { readonly kind: 'decimal'; readonly scale: number; readonly range: NumberRange; readonly by: RangeBy | null }
  | { readonly kind: 'date'; readonly date: DateSpec }
  /** A while after a date of the same row or of the row that a key points at. */
  | {
      readonly kind: 'after'
      readonly of: ColumnPath
      readonly minDays: number
      readonly maxDays: number
      readonly precision: DatePrecision
    }
  /** A row of another table, or an earlier row of the same one (null in the first). */
  | { readonly kind: 'foreign_key'; readonly table: string; readonly column: string; readonly skew: number }
  /** A column of the row that a foreign key column (or the parent of `rows.per`) points at, times a factor. */
  | { readonly kind: 'lookup'; readonly key: string; readonly column: string; readonly factor: NumberRange | null }
  /** Over the child rows of a row: the sum of the product of columns. */
  | { readonly kind: 'sum'; readonly table: string; readonly columns: readonly string[] }
  /** The number of child rows of a row. */
  | { readonly kind: 'count'; readonly table: string }
  /** Text with `{column}` and `{row}` filled in. */
  | { readonly kind: 'template'; readonly text: string }
  | { readonly kind: 'constant'; readonly value: Json }

export type NumberRange = readonly [min: number, max: number]
export type DatePrecision = 'day' | 'second'

/** A column of the same row (`key` null), or of the row that the key column points at. */
export interface ColumnPath {
  readonly key: string | null
  readonly column: string
}

/** Another range for each value of a column of the same row. */
export interface RangeBy {
  readonly column: string
  readonly ranges: ReadonlyMap<string, NumberRange>
}

/** Moments between two days: uniform, then bent by trend, season and weekday. */
export interface DateSpec {
  readonly fromMs: number
  readonly toMs: number
  /** Relative growth of density from the first day to the last: 1 means twice as many at the end. */
  readonly trend: number
  /** Relative weight of each weekday, Sunday first. */
  readonly weekday: readonly number[] | null
  /** Relative weight of each month, January first. */
  readonly season: readonly number[] | null
  readonly precision: DatePrecision
  /** The earliest moment possible. */
  readonly after: ColumnPath | null
}

/** Applied to the written cell only: what other cells are computed from stays clean. */
export interface DirtSpec {
  readonly rate: number
  readonly make: DirtKind
}

export type DirtKind =
  | { readonly kind: 'null' }
  | { readonly kind: 'values'; readonly values: readonly Json[] }
  | { readonly kind: 'negate' }
  | { readonly kind: 'upper' }
  | { readonly kind: 'pad' }
  /** A date as a person would type it: DD/MM/YYYY. */
  | { readonly kind: 'day_first' }

/** The name of a `{name}` in a template. */
export const TEMPLATE_NAME = /\{(\w+)\}/g

/** Names that a template fills in. */
export function templateNames(text: string): string[] {
  return [...text.matchAll(TEMPLATE_NAME)].map((match) => match[1] ?? '')
}
