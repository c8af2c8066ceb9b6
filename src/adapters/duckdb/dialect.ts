import { countsSql } from '../counts-sql.ts'
import type { Dialect, InferredKind } from '../interface.ts'
import { catalogSql, listRelationsSql, listSchemasSql } from './catalog-sql.ts'
import { literal, quoteIdentifier, stringLiteral } from './quote.ts'
import { sourceLocation } from './source-location.ts'

/** As dbt-duckdb names them, which DuckDB takes for its own. */
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

/** DuckDB: names of any length, everything quoted, attached databases within reach. */
export const duckdbDialect: Dialect = {
  maxIdentifierLength: Number.MAX_SAFE_INTEGER,
  quoting: { database: true, schema: true, identifier: true },
  crossDatabase: true,
  aliasesSubqueries: false,
  // Not even its own database may stand there.
  foreignKeyTarget: (relation) => {
    const parts = relation.match(/"(?:[^"]|"")*"|[^.]+/g) ?? [relation]
    return parts.slice(-2).join('.')
  },
  sourceLocation,
  quote: quoteIdentifier,
  literal,
  typeFor: (kind) => TYPE_FOR[kind],
  listRelationsSql: (database, schemas) => listRelationsSql(stringLiteral(database), schemas.map(stringLiteral)),
  listSchemasSql: (database) => listSchemasSql(stringLiteral(database)),
  bytesType: 'blob',
  decimalType: (scale) => `decimal(38,${Math.min(scale, 37)})`,
  catalogSql: (database, schemas) => catalogSql(stringLiteral(database), schemas.map(stringLiteral)),
  countsSql,
}
