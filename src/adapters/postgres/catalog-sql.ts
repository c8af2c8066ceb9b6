/** Which system catalog the server has: Redshift forked before relpersistence and materialized views. */
export type CatalogFlavour = 'postgres' | 'redshift'

/** Rows of no relation: what the lists give for no schemas at all. */
function schemaFilter(schemaLiterals: readonly string[]): string {
  // dbt compares schema names without regard to case; both sides are folded so that "Raw" and raw are both found.
  const list = schemaLiterals.length === 0 ? 'null' : schemaLiterals.map((text) => `lower(${text})`).join(', ')
  return `lower(n.nspname) in (${list})`
}

/**
 * Tables (with partitioned ones), views, materialized views and foreign tables of the schemas, one row each: database, name,
 * schema, type. Names come as the catalog has them. Arguments are SQL literals.
 */
export function listRelationsSql(
  flavour: CatalogFlavour,
  databaseLiteral: string,
  schemaLiterals: readonly string[],
): string {
  const persistence = flavour === 'postgres' ? "\n  and c.relpersistence <> 't'" : ''
  return `select
  ${databaseLiteral} as database,
  c.relname as name,
  n.nspname as schema,
  case c.relkind when 'v' then 'view' when 'm' then 'materialized_view' when 'f' then 'external' else 'table' end as type
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm', 'f')${persistence}
  and ${schemaFilter(schemaLiterals)}
order by 3, 2`
}

/** The columns of every relation of the schemas with types, comments and owner, in dbt's catalog columns. Arguments are SQL literals. */
export function catalogSql(
  flavour: CatalogFlavour,
  databaseLiteral: string,
  schemaLiterals: readonly string[],
): string {
  const persistence = flavour === 'postgres' ? "\n  and c.relpersistence in ('p', 'u')" : ''
  return `select
  ${databaseLiteral} as table_database,
  n.nspname as table_schema,
  c.relname as table_name,
  case c.relkind when 'v' then 'VIEW' when 'm' then 'MATERIALIZED VIEW' else 'BASE TABLE' end as table_type,
  pg_catalog.obj_description(c.oid, 'pg_class') as table_comment,
  a.attname as column_name,
  a.attnum as column_index,
  pg_catalog.format_type(a.atttypid, a.atttypmod) as column_type,
  pg_catalog.col_description(c.oid, a.attnum) as column_comment,
  pg_catalog.pg_get_userbyid(c.relowner) as table_owner
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relkind in ('r', 'p', 'v', 'm', 'f')${persistence}
  and ${schemaFilter(schemaLiterals)}
order by 2, 3, 7`
}

/** Views, materialized views and foreign keys of other tables that hang on a table. The arguments are literals. */
export function dependentsSql(schema: string, identifier: string): string {
  return `select distinct v.relname::text as name, case v.relkind when 'r' then 'foreign key' else 'view' end as type
from pg_catalog.pg_class t
join pg_catalog.pg_namespace n on n.oid = t.relnamespace
join pg_catalog.pg_depend d on d.refobjid = t.oid and d.refclassid = 'pg_catalog.pg_class'::regclass
left join pg_catalog.pg_rewrite r on r.oid = d.objid and d.classid = 'pg_catalog.pg_rewrite'::regclass
left join pg_catalog.pg_constraint c on c.oid = d.objid and d.classid = 'pg_catalog.pg_constraint'::regclass
  and c.contype = 'f' and c.confrelid = t.oid
join pg_catalog.pg_class v on v.oid = coalesce(r.ev_class, c.conrelid) and v.oid <> t.oid
where n.nspname = ${schema} and t.relname = ${identifier}
order by 1`
}
