import { type Json, TdbtError } from '../../core/index.ts'
import { countsSql } from '../counts-sql.ts'
import type { Dialect, InferredKind } from '../interface.ts'
import { catalogSql, dependentsSql, listRelationsSql } from './catalog-sql.ts'
import { queryColumnType } from './query-column-type.ts'

/** An identifier in double quotes, as SQL asks. */
export function quoteIdentifier(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`
}

/** A value as an SQL literal. The session keeps standard_conforming_strings on, so a backslash stands for itself. */
export function literal(value: Json): string {
  if (value === null) return 'null'
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return String(value)
    return `'${Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity'}'::float8`
  }
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  if (text.includes('\0')) {
    throw new TdbtError('T5007', 'Postgres text cannot hold the character U+0000', {
      found: JSON.stringify(text.slice(0, 60)),
      hint: 'Remove the character from the value.',
    })
  }
  return `'${text.replaceAll("'", "''")}'`
}

const TYPE_FOR: Readonly<Record<InferredKind, string>> = {
  text: 'text',
  integer: 'integer',
  bigint: 'bigint',
  number: 'float8',
  boolean: 'boolean',
  date: 'date',
  datetime: 'timestamp without time zone',
  time: 'time',
}

/** Postgres: names of 63 bytes, everything quoted, one database at a time; types as dbt-postgres infers them for seeds. */
export const postgresDialect: Dialect = {
  maxIdentifierLength: 63,
  quoting: { database: true, schema: true, identifier: true },
  crossDatabase: false,
  quote: quoteIdentifier,
  literal,
  typeFor: (kind) => TYPE_FOR[kind],
  queryColumnType,
  listRelationsSql: (database, schemas) => listRelationsSql('postgres', literal(database), schemas.map(literal)),
  listSchemasSql: () => 'select nspname as schema_name from pg_catalog.pg_namespace order by 1',
  catalogSql: (database, schemas) => catalogSql('postgres', literal(database), schemas.map(literal)),
  dependentsSql: (schema, identifier) => dependentsSql(literal(schema), literal(identifier)),
  snapshotSql: 'set transaction isolation level repeatable read, read only',
  bytesType: 'bytea',
  scaleSql: (expression) => `scale(${expression})`,
  countsSql,
}

/** Redshift: Postgres 8's catalog, longer names, varchar instead of text. */
export const redshiftDialect: Dialect = {
  ...postgresDialect,
  maxIdentifierLength: 127,
  typeFor: (kind) => (kind === 'text' ? 'varchar(256)' : TYPE_FOR[kind]),
  listRelationsSql: (database, schemas) => listRelationsSql('redshift', literal(database), schemas.map(literal)),
  catalogSql: (database, schemas) => catalogSql('redshift', literal(database), schemas.map(literal)),
}
