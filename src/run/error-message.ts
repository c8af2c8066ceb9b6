import { type ErrorCode, TdbtError, TdbtErrors } from '../core/index.ts'

/** What a message says of the node at fault. */
export interface NodeLabel {
  readonly resource_type: string
  readonly name: string
  readonly original_file_path: string
}

/** dbt's word for the kind of an error: `Database Error`, `Compilation Error`, `Runtime Error`. */
function errorKind(code: ErrorCode): string {
  switch (code) {
    case 'T5003':
    case 'T5006':
    case 'T5008':
      return 'Database'
    case 'T6005':
      return 'Compilation'
    case 'T0001':
      return 'Internal'
    case 'T6004':
    case 'T6003':
    case 'T5001':
    case 'T5002':
    case 'T5004':
    case 'T5005':
      return 'Runtime'
    default:
      return /^T[234]|^T1/.test(code) ? 'Compilation' : 'Runtime'
  }
}

/**
 * The message of a failed node as dbt prints it and run_results.json holds it:
 * `Database Error in model orders (models/orders.sql)`, the message's lines indented by two, for database errors the place of the executed text.
 */
export function nodeErrorMessage(error: TdbtError, node: NodeLabel, executedPath: string | null): string {
  const errors = error instanceof TdbtErrors ? error.errors : [error]
  const head = `${errorKind(error.code)} Error in ${node.resource_type.replace('_', ' ')} ${node.name} (${node.original_file_path})`
  const lines = errors.flatMap((each) => each.message.split('\n'))
  const kind = errorKind(error.code)
  if (kind === 'Database' && executedPath !== null) lines.push(`compiled code at ${executedPath}`)
  if (kind === 'Compilation') lines.push(...callLines(error, node))
  return [head, ...lines.map((line) => `  ${line}`)].join('\n')
}

/** The macros that an error passed through, innermost first, and the node that called them; nothing for an error of the node's own text. */
function callLines(error: TdbtError, node: NodeLabel): readonly string[] {
  const macros = (error.details.calls ?? []).filter((call) => call.macro !== null)
  if (macros.length === 0) return []
  const called = macros.map((call) => `macro ${call.macro} (${call.location.file})`)
  const by = `${node.resource_type.replace('_', ' ')} ${node.name} (${node.original_file_path})`
  return ['', ...[...called, by].map((what, index) => `> ${index === 0 ? 'in' : 'called by'} ${what}`)]
}

/** The same error, knowing which node it befell; one that knows already stays as it is. */
export function withNode(error: TdbtError, nodeId: string): TdbtError {
  if (error.details.nodeId !== undefined || error instanceof TdbtErrors) return error
  return new TdbtError(error.code, error.message, { ...error.details, nodeId, cause: error.details.cause ?? error })
}
