import type { Dialect } from '../adapters/interface.ts'
import type { SourceNode } from '../core/index.ts'

/** Names of a load's tables, as SQL writes them. */
export interface TableNames {
  readonly database: string | null
  readonly schema: string
  readonly identifier: string
  readonly target: string
  /** The target without its schema: for `rename to`. */
  readonly targetName: string
  readonly staging: string
  readonly keys: string
  readonly rejects: string
  readonly rejectsIdentifier: string
  /** One row a table: its last batch. */
  readonly state: string
  /** One row a file or batch. */
  readonly log: string
  column(name: string): string
}

const STATE = '_tdbt_loads'
const LOG = '_tdbt_load_log'

export function tableNames(node: SourceNode, dialect: Dialect): TableNames {
  const { identifier, schema } = node
  const quoted = node.quoting.identifier ?? dialect.quoting.identifier
  const prefix = [dialect.crossDatabase ? node.database : null, schema]
    .filter((part) => part !== null)
    .map((part) => dialect.quote(part))
    .join('.')
  const room = Math.min(dialect.maxIdentifierLength, 200) - '__rejects'.length
  const stem = [...identifier].slice(0, room).join('')
  const beside = (name: string): string => `${prefix}.${dialect.quote(name)}`
  return {
    database: node.database,
    schema,
    identifier,
    target: node.relation_name,
    targetName: quoted ? dialect.quote(identifier) : identifier,
    staging: beside(`${stem}__load`),
    keys: beside(`${stem}__keys`),
    rejects: beside(`${stem}__rejects`),
    rejectsIdentifier: `${stem}__rejects`,
    state: beside(STATE),
    log: beside(LOG),
    column: (name) => dialect.quote(name),
  }
}
