import { type ErrorCode, isEscalated, TdbtError } from '../core/index.ts'
import type { CommandContext } from './command.ts'

/** dbt tells of these and lets `--warn-error` pass them by. */
const NEVER_ERRORS: ReadonlySet<string> = new Set(['FreshnessConfigProblem'])

/** dbt's names for warnings that do not bring one. */
const NAMES: Partial<Readonly<Record<ErrorCode, string>>> = {
  T1008: 'CustomKeyInConfigDeprecation',
  T1015: 'DeprecatedModel',
  T1016: 'NoNodeForYamlKey',
}

/** The name by which `--warn-error-options` and JSON logs know a warning. */
export function warningName(warning: TdbtError): string {
  return warning.details.event ?? NAMES[warning.code] ?? 'Warning'
}

/** Shows a warning, or throws it where `--warn-error` or `--warn-error-options` make it an error. */
export function warn(context: Pick<CommandContext, 'invocation' | 'printer'>, warning: TdbtError): void {
  const name = warningName(warning)
  if (!NEVER_ERRORS.has(name) && isEscalated(name, context.invocation.flags)) throw warning
  context.printer.emit({ type: 'warning', error: warning })
}

/** As `warn`, for a plain line. */
export function warnLine(
  context: Pick<CommandContext, 'invocation' | 'printer'>,
  message: string,
  name: string,
  hint?: string,
): void {
  if (isEscalated(name, context.invocation.flags)) throw new TdbtError('T1014', message, { hint, event: name })
  context.printer.line(message, 'warn', name)
}
