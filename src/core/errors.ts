import type { ErrorCode } from './error-codes.ts'

/** A place in a file of the user: line and column from 1. */
export interface SourceLocation {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** One step of the way an error took through Jinja: the macro (null for a model or other template) and where in it. */
export interface MacroCall {
  readonly macro: string | null
  readonly location: SourceLocation
}

export interface ErrorDetails {
  readonly location?: SourceLocation | undefined
  /** The text of the file at `location`, from which the frame is cut. */
  readonly source?: string | undefined
  readonly found?: string | undefined
  readonly expected?: string | undefined
  /** What to do next, one sentence. */
  readonly hint?: string | undefined
  /** unique_id of the node at fault. */
  readonly nodeId?: string | undefined
  /** The macros that were running, innermost first. */
  readonly calls?: readonly MacroCall[] | undefined
  /** The SQL that the engine refused, when there is one. */
  readonly sql?: string | undefined
  /** Where in `sql` the engine points: line and column from 1. */
  readonly sqlPosition?: { readonly line: number; readonly column: number } | undefined
  /** Of a warning: dbt's name for it, by which `--warn-error-options` and JSON logs know it. */
  readonly event?: string | undefined
  readonly cause?: unknown
}

/**
 * Every failure that a user can meet: a code of the table in error-codes.ts, a message, and, where known, the place, what was
 * found and expected, and the next step. `message` is the bare sentence; `formatError` in format-error.ts draws the rest.
 */
export class TdbtError extends Error {
  override readonly name: string = 'TdbtError'
  readonly code: ErrorCode
  readonly details: ErrorDetails

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.details = details
  }
}

/** Several errors found in one pass (parsing collects them), shown together. */
export class TdbtErrors extends TdbtError {
  override readonly name = 'TdbtErrors'
  readonly errors: readonly TdbtError[]

  constructor(errors: readonly TdbtError[]) {
    const first = errors[0]
    super(first?.code ?? 'T0001', errors.map((error) => error.message).join('\n'), first?.details ?? {})
    this.errors = errors
  }
}
