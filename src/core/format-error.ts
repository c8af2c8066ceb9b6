import { ERROR_CODES } from './error-codes.ts'
import { type SourceLocation, TdbtError, TdbtErrors } from './errors.ts'
import { maskCredentials } from './secrets.ts'

const CONTEXT_LINES = 2

/** The lines around a place with a caret under its column, passwords and the like masked, or '' when the place is not in the text. */
export function codeFrame(source: string, location: SourceLocation): string {
  const lines = maskCredentials(source.split(/\r\n|\r|\n/))
  const target = location.line - 1
  if (target < 0 || target >= lines.length) return ''
  const first = Math.max(0, target - CONTEXT_LINES)
  const last = Math.min(lines.length - 1, target + CONTEXT_LINES)
  const width = String(last + 1).length
  const out: string[] = []
  for (let index = first; index <= last; index++) {
    const text = lines[index] ?? ''
    const marker = index === target ? '>' : ' '
    out.push(`${marker} ${String(index + 1).padStart(width)} | ${text}`)
    if (index === target) {
      const before = text.slice(0, Math.max(0, location.column - 1)).replace(/[^\t]/g, ' ')
      out.push(`  ${' '.repeat(width)} | ${before}^`)
    }
  }
  return out.join('\n')
}

/** The whole text a user sees for an error: code, kind, place, message, frame, found, expected, next step. No colours. */
export function formatError(error: TdbtError): string {
  if (error instanceof TdbtErrors) return error.errors.map(formatError).join('\n\n')
  const { location, source, found, expected, hint, nodeId, calls } = error.details
  const place = location ? `${location.file}:${location.line}:${location.column}` : nodeId
  const out = [`${error.code} ${ERROR_CODES[error.code]}${place ? ` at ${place}` : ''}`]
  for (const line of error.message.split('\n')) out.push(`  ${line}`)
  if (location && source !== undefined) {
    const frame = codeFrame(source, location)
    if (frame) out.push(...frame.split('\n').map((line) => `  ${line}`))
  }
  for (const call of calls?.slice(1) ?? []) {
    const { file, line } = call.location
    out.push(`  called by ${call.macro === null ? '' : `macro ${call.macro} `}(${file}:${line})`)
  }
  if (found !== undefined) out.push(`  found:    ${found}`)
  if (expected !== undefined) out.push(`  expected: ${expected}`)
  if (hint !== undefined) out.push(`  next:     ${hint}`)
  return out.join('\n')
}

/** Any thrown value as a TdbtError; what is not one becomes T0001 with the original as its cause. */
export function asTdbtError(thrown: unknown): TdbtError {
  if (thrown instanceof TdbtError) return thrown
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new TdbtError('T0001', message, { cause: thrown })
}
