import { type Constraint, type ModelNode, TdbtError } from '../core/index.ts'
import { equal } from './json-equal.ts'

/**
 * Whether a model's enforced contract is what it was. A change that breaks readers (enforcement removed, columns removed,
 * other types, constraints gone) is a warning; of a versioned model it is T6005, as in dbt.
 */
export function sameContract(now: ModelNode, before: ModelNode, warn: (message: string) => void): boolean {
  const was = before.contract.enforced
  const is = now.contract.enforced
  if (!was) return !is
  if (is && now.contract.checksum === before.contract.checksum) return true
  report(now, breakingChanges(now, before), warn)
  return false
}

/** For a model that is gone or disabled: false when readers relied on its contract. Warns or throws like sameContract. */
export function contractRemoved(
  removed: ModelNode,
  disabled: boolean,
  now: Date | undefined,
  warn: (message: string) => void,
): boolean {
  if (!removed.contract.enforced) return true
  if (removed.deprecation_date !== null && now !== undefined && new Date(removed.deprecation_date) < now) return true
  const what = disabled ? 'was disabled' : 'was deleted or renamed'
  report(removed, [`Contracted model '${removed.unique_id}' ${what}.`], warn)
  return false
}

function report(node: ModelNode, changes: readonly string[], warn: (message: string) => void): void {
  if (changes.length === 0) return
  const list = changes.map((change) => `  - ${change}`).join('\n')
  if (node.version === null || node.version === undefined) {
    warn(`Breaking change to contracted, unversioned model ${node.name} (${node.original_file_path})\n${list}`)
    return
  }
  throw new TdbtError('T6005', `Breaking change to the contract of ${node.name}.v${node.version}:\n${list}`, {
    nodeId: node.unique_id,
    location: { file: node.original_file_path, line: 1, column: 1 },
    hint: 'Add a new version of the model and make the change there.',
  })
}

function breakingChanges(now: ModelNode, before: ModelNode): readonly string[] {
  const changes: string[] = []
  if (!now.contract.enforced) changes.push('The contract is no longer enforced.')
  const enforcesConstraints = ['table', 'incremental'].includes(before.config.materialized ?? '')
  let columnConstraints = false
  for (const name of Object.keys(before.columns).sort()) {
    const old = before.columns[name]
    const current = now.columns[name]
    if (old === undefined) continue
    if (old.constraints.length > 0) columnConstraints = true
    if (current === undefined) {
      changes.push(`Column removed: ${old.name}`)
      continue
    }
    if (baseType(old.data_type) !== baseType(current.data_type)) {
      changes.push(`Column type changed: ${old.name} (${old.data_type} -> ${current.data_type})`)
    }
    if (enforcesConstraints) {
      for (const gone of removedConstraints(old.constraints, current.constraints)) {
        changes.push(`Constraint removed: '${gone.name ?? gone.type}' on column ${name}`)
      }
    }
  }
  if (enforcesConstraints) {
    for (const gone of removedConstraints(before.constraints, now.constraints)) {
      changes.push(`Constraint removed: '${gone.name ?? gone.type}' on columns ${(gone.columns ?? []).join(', ')}`)
    }
    const stillEnforces = ['table', 'incremental'].includes(now.config.materialized ?? '')
    if (!stillEnforces && (before.constraints.length > 0 || columnConstraints)) {
      changes.push(`Materialization changed: ${before.config.materialized} -> ${now.config.materialized}`)
    }
  }
  return changes
}

function removedConstraints(before: readonly Constraint[], now: readonly Constraint[]): readonly Constraint[] {
  return before.filter((constraint) => !now.some((other) => equal(other, constraint)))
}

/** Size, precision and scale are no part of a contract: varchar(3) → varchar(10) breaks nothing. */
function baseType(type: string | null): string | null {
  return type === null ? null : (type.split('(')[0] ?? '').trim().toLowerCase()
}
