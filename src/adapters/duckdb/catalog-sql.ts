/** `lower(column) in (…)`: names are compared without regard to case, as DuckDB does. */
function among(column: string, literals: readonly string[]): string {
  return `lower(${column}) in (${literals.length === 0 ? 'null' : literals.map((text) => `lower(${text})`).join(', ')})`
}

/** Tables and views of the schemas, one row each: database, name, schema, type. Arguments are SQL literals. */
export function listRelationsSql(databaseLiteral: string, schemaLiterals: readonly string[]): string {
  return `select
  ${databaseLiteral} as database,
  table_name as name,
  table_schema as schema,
  case table_type when 'VIEW' then 'view' else 'table' end as type
from system.information_schema.tables
where table_type <> 'LOCAL TEMPORARY' and lower(table_catalog) = lower(${databaseLiteral})
  and ${among('table_schema', schemaLiterals)}
order by 3, 2`
}

export function listSchemasSql(databaseLiteral: string): string {
  return `select schema_name from system.information_schema.schemata where lower(catalog_name) = lower(${databaseLiteral}) order by 1`
}

/** Columns of the schemas' tables and views with their comments, as `docs generate` asks. */
export function catalogSql(databaseLiteral: string, schemaLiterals: readonly string[]): string {
  return `with relations as (
  select database_name, schema_name, table_name, 'BASE TABLE' as table_type, comment
  from duckdb_tables() where not temporary
  union all
  select database_name, schema_name, view_name, 'VIEW', comment
  from duckdb_views() where not temporary
)
select
  ${databaseLiteral} as table_database,
  r.schema_name as table_schema,
  r.table_name,
  r.table_type,
  r.comment as table_comment,
  c.column_name,
  c.column_index,
  c.data_type as column_type,
  c.comment as column_comment,
  null::varchar as table_owner
from relations r
join duckdb_columns() c
  on c.database_name = r.database_name and c.schema_name = r.schema_name and c.table_name = r.table_name
where lower(r.database_name) = lower(${databaseLiteral})
  and ${among('r.schema_name', schemaLiterals)}
order by 2, 3, 7`
}
