import type { Dialect } from '../adapters/interface.ts'
import { isJsonObject, type Json, type JsonObject, TdbtError } from '../core/index.ts'

/** A constraint as a template hands it over: text fields, absent ones empty. */
interface RawConstraint {
  readonly type: string
  readonly name: string
  readonly expression: string
  readonly to: string
  readonly toColumns: readonly string[]
  readonly columns: readonly string[]
}

/** What constraints need of an engine. */
export type ConstraintDialect = Pick<Dialect, 'quote' | 'foreignKeyTarget'>

/** The relation that a foreign key points at, as the engine wants it called. */
function target(constraint: RawConstraint, dialect: ConstraintDialect): string {
  return dialect.foreignKeyTarget?.(constraint.to) ?? constraint.to
}

const TYPES: readonly string[] = ['check', 'not_null', 'unique', 'primary_key', 'foreign_key', 'custom']

function text(value: Json | undefined): string {
  return value === undefined || value === null ? '' : String(value)
}

function texts(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.map((item: Json) => String(item)) : []
}

function parse(value: Json): RawConstraint {
  if (!isJsonObject(value) || typeof value['type'] !== 'string' || !TYPES.includes(value['type'])) {
    throw new TdbtError('T1009', `Could not parse constraint: ${JSON.stringify(value)}`, {
      expected: `a type among ${TYPES.join(', ')}`,
    })
  }
  return {
    type: value['type'],
    name: text(value['name']),
    expression: text(value['expression']),
    to: text(value['to']),
    toColumns: texts(value['to_columns']),
    columns: texts(value['columns']),
  }
}

function columnConstraint(constraint: RawConstraint, dialect: ConstraintDialect): string | null {
  const { expression } = constraint
  switch (constraint.type) {
    case 'check':
      return expression === '' ? null : `check (${expression})`
    case 'not_null':
      return `not null ${expression}`.trim()
    case 'unique':
      return `unique ${expression}`.trim()
    case 'primary_key':
      return `primary key ${expression}`.trim()
    case 'foreign_key':
      if (constraint.to !== '' && constraint.toColumns.length > 0) {
        return `references ${target(constraint, dialect)} (${constraint.toColumns.join(', ')})`
      }
      return expression === '' ? null : `references ${expression}`
    default:
      return expression === '' ? null : expression
  }
}

function modelConstraint(constraint: RawConstraint, dialect: ConstraintDialect): string | null {
  const { expression } = constraint
  const prefix = constraint.name === '' ? '' : `constraint ${constraint.name} `
  const columns = constraint.columns.join(', ')
  const suffix = expression === '' ? '' : ` ${expression}`
  switch (constraint.type) {
    case 'check':
      return expression === '' ? null : `${prefix}check (${expression})`
    case 'unique':
      return `${prefix}unique${suffix} (${columns})`
    case 'primary_key':
      return `${prefix}primary key${suffix} (${columns})`
    case 'foreign_key':
      if (constraint.to !== '' && constraint.toColumns.length > 0) {
        return `${prefix}foreign key (${columns}) references ${target(constraint, dialect)} (${constraint.toColumns.join(', ')})`
      }
      return expression === '' ? null : `${prefix}foreign key (${columns}) references ${expression}`
    case 'custom':
      return expression === '' ? null : `${prefix}${expression}`
    default:
      return null
  }
}

/** `name type constraint…` of each column, for a table's DDL. Throws T1009 on a constraint of an unknown kind. */
export function renderColumns(columns: JsonObject, dialect: ConstraintDialect): string[] {
  return Object.values(columns).map((column) => {
    if (!isJsonObject(column)) throw new TdbtError('T1009', `Could not parse column: ${JSON.stringify(column)}`)
    const name = text(column['name'])
    const parts = [`${column['quote'] === true ? dialect.quote(name) : name} ${text(column['data_type'])}`]
    const constraints = Array.isArray(column['constraints']) ? (column['constraints'] as readonly Json[]) : []
    for (const raw of constraints) {
      const rendered = columnConstraint(parse(raw), dialect)
      if (rendered !== null) parts.push(rendered)
    }
    return parts.join(' ')
  })
}

/** Model-level constraints as DDL; those that say nothing (not_null, a check without expression) are left out. */
export function renderModelConstraints(constraints: readonly Json[], dialect: ConstraintDialect): string[] {
  return constraints.map((raw) => modelConstraint(parse(raw), dialect)).filter((rendered) => rendered !== null)
}
