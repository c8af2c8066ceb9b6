import type { Json } from '../core/index.ts'

/**
 * A generator spec: tables of synthetic rows. Every cell is a pure function of (seed, table, column, row), so the same spec
 * gives the same bytes on every machine. The file's keys are the ones below in snake_case.
 */
export interface GeneratorSpec {
  readonly name: string
  readonly seed: number
  /** Schema that the tables are written to. */
  readonly schema: string
  readonly locale: string
  readonly tables: readonly TableSpec[]
}

export interface TableSpec {
  readonly name: string
  readonly rows: RowCount
  readonly columns: readonly ColumnSpec[]
  /** Share of rows that are written twice (dirt). */
  readonly duplicateRate: number
  readonly line: number
}

/** A fixed number of rows (times --scale), or a few rows for each row of a parent table. */
export type RowCount =
  | { readonly kind: 'fixed'; readonly count: number }
  | { readonly kind: 'per'; readonly parent: string; readonly weights: readonly number[]; readonly min: number }

export interface ColumnSpec {
  readonly name: string
  /** SQL type of the written column. */
  readonly type: string
  readonly value: ValueSpec
  /** Makes each value unlike any other by the row number: before `@` in addresses, after a dash elsewhere. */
  readonly unique: boolean
  readonly dirt: readonly DirtSpec[]
  readonly line: number
}

export type ValueSpec =
  | { readonly kind: 'sequence'; readonly start: number; readonly step: number }
  | { readonly kind: 'faker'; readonly method: string; readonly args: readonly Json[] }
  | { readonly kind: 'choice'; readonly values: readonly Json[]; readonly weights: readonly number[] }
  | { readonly kind: 'integer'; readonly min: number; readonly max: number }
  | { readonly kind: 'decimal'; readonly scale: number; readonly range: NumberRange; readonly by: RangeBy | null }
  | { readonly kind: 'date'; readonly date: DateSpec }
  | { readonly kind: 'foreign_key'; readonly table: string; readonly column: string; readonly skew: number }
  /** A column of the row that a foreign key column (or the parent of `rows.per`) points at, times a factor. */
  | {
      readonly kind: 'lookup'
      readonly key: string
      readonly column: string
      readonly factor: readonly [number, number] | null
    }
  | { readonly kind: 'sum'; readonly table: string; readonly columns: readonly string[] }
  /** Text with `{column}` and `{row}` filled in. */
  | { readonly kind: 'template'; readonly text: string }
  | { readonly kind: 'constant'; readonly value: Json }

export type NumberRange = readonly [min: number, max: number]

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
  readonly precision: 'day' | 'second'
  /** Column of a looked-up row that is the earliest moment possible: `[key, column]`. */
  readonly after: readonly [string, string] | null
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
