import { asTdbtError, type ErrorDetails, type MacroCall, type SourceLocation, TdbtError } from '../../core/index.ts'
import type { TemplateError } from '../nunjucks.ts'
import { ReturnSignal } from './return-signal.ts'

/** Where a template's text comes from. */
export interface TemplateOrigin {
  readonly file: string
  /** Line of the file, from 1, in which the text begins. */
  readonly firstLine: number
  readonly text: string
}

/** A TemplateError of the lexer, parser or generator as T2001. */
export function syntaxError(error: TemplateError, origin: TemplateOrigin): TdbtError {
  const location: SourceLocation = {
    file: origin.file,
    line: error.lineno + origin.firstLine - 1,
    column: error.colno,
  }
  return new TdbtError('T2001', error.message, { location, source: paddedSource(origin) })
}

const UNDEFINED_HINT =
  "check the spelling; a macro of a package is called with the package's name before it, after `tdbt deps`"

/** Enough to see how an error came about; endless recursion has thousands. */
const MAX_CALLS = 50

/** What generated code does with what it catches: gives it, with its place and the macro it passed through, to be thrown on. */
export type ErrorWrapper = (thrown: unknown, place: number, macro?: string | null) => unknown

export function errorWrapper(origin: TemplateOrigin, places: readonly number[]): ErrorWrapper {
  return (thrown, place, macro) => {
    if (thrown instanceof ReturnSignal) return thrown
    const location: SourceLocation = {
      file: origin.file,
      line: places[place * 2] ?? origin.firstLine,
      column: places[place * 2 + 1] ?? 1,
    }
    const error = isStackOverflow(thrown)
      ? new TdbtError('T2003', 'maximum recursion depth exceeded', { cause: thrown })
      : asTdbtError(thrown)
    const call: MacroCall = { macro: macro ?? null, location }
    const { details } = error
    const where: ErrorDetails = details.location
      ? {}
      : {
          location,
          source: paddedSource(origin),
          hint: details.hint ?? (error.code === 'T2002' ? UNDEFINED_HINT : undefined),
        }
    // The error keeps its identity and class on its way out; only what is known about it grows.
    const calls = details.calls ?? []
    if (where.location || calls.length < MAX_CALLS) {
      ;(error as { details: typeof details }).details = { ...details, ...where, calls: [...calls, call] }
    }
    return error
  }
}

function isStackOverflow(thrown: unknown): boolean {
  return thrown instanceof RangeError && thrown.message.startsWith('Maximum call stack')
}

/** The text with the lines before it left empty, so that lines of the file are lines of the text. */
function paddedSource({ firstLine, text }: TemplateOrigin): string {
  return '\n'.repeat(firstLine - 1) + text
}
