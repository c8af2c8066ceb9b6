import type { Constraint } from '../core/index.ts'
import type { NodeDraft } from './drafts.ts'
import { sha256 } from './project-files.ts'
import { pythonText } from './python-text.ts'

/**
 * dbt's checksum of an enforced contract: columns with types and constraints, and for tables the materialization and the
 * model's constraints, in the text that Python prints them in. Null when the contract is not enforced.
 */
export function contractChecksum(node: NodeDraft): string | null {
  if (node.contract?.enforced !== true) return null
  const columns = Object.values(node.columns).sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
  let state = ''
  for (const column of columns) {
    state += `|${column.name}${column.data_type ?? 'None'}${listText(column.constraints, 'ColumnLevelConstraint')}`
  }
  const materialized = node.config['materialized']
  if (materialized === 'table' || materialized === 'incremental') {
    state += materialized + listText(node.constraints ?? [], 'ModelLevelConstraint')
  }
  return sha256(state)
}

function listText(constraints: readonly Constraint[], className: string): string {
  return `[${constraints.map((constraint) => constraintText(constraint, className)).join(', ')}]`
}

function constraintText(constraint: Constraint, className: string): string {
  const repr = (value: unknown) => (typeof value === 'string' ? pythonText([value]).slice(1, -1) : pythonText(value))
  const fields = [
    `type=<ConstraintType.${constraint.type}: '${constraint.type}'>`,
    `name=${repr(constraint.name)}`,
    `expression=${repr(constraint.expression)}`,
    `warn_unenforced=${repr(constraint.warn_unenforced)}`,
    `warn_unsupported=${repr(constraint.warn_unsupported)}`,
    `to=${repr(constraint.to)}`,
    `to_columns=${repr(constraint.to_columns)}`,
  ]
  if (className === 'ModelLevelConstraint') fields.push(`columns=${repr(constraint.columns ?? [])}`)
  return `${className}(${fields.join(', ')})`
}
