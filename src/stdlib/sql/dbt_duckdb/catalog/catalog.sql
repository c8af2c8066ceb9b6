{# The catalog of `docs generate`: relations and their columns with comments. DuckDB has no owners. #}

{% macro duckdb__get_catalog(information_schema, schemas) %}
  {%- set wanted = [] -%}
  {%- for schema in schemas -%}
    {%- do wanted.append("lower(r.table_schema) = lower('" ~ schema ~ "')") -%}
  {%- endfor -%}
  {{ return(run_query(tdbt_duckdb_catalog_sql(information_schema, wanted))) }}
{% endmacro %}


{% macro duckdb__get_catalog_relations(information_schema, relations) %}
  {%- set wanted = [] -%}
  {%- for relation in relations -%}
    {%- if not relation.schema -%}
      {%- do exceptions.raise_compiler_error('`get_catalog_relations` requires a list of relations, each with a schema') -%}
    {%- endif -%}
    {%- set named = " and lower(r.table_name) = lower('" ~ relation.identifier ~ "')" if relation.identifier else '' -%}
    {%- do wanted.append("(lower(r.table_schema) = lower('" ~ relation.schema ~ "')" ~ named ~ ')') -%}
  {%- endfor -%}
  {{ return(run_query(tdbt_duckdb_catalog_sql(information_schema, wanted))) }}
{% endmacro %}


{% macro tdbt_duckdb_catalog_sql(information_schema, wanted) -%}
  with r as (
    select database_name as table_database, schema_name as table_schema, table_name,
      'BASE TABLE' as table_type, comment as table_comment
    from duckdb_tables()
    union all
    select database_name, schema_name, view_name, 'VIEW', comment
    from duckdb_views()
  )
  select
    r.table_database, r.table_schema, r.table_name, r.table_type, r.table_comment,
    c.column_name, c.column_index, c.data_type as column_type, c.comment as column_comment,
    null as table_owner
  from r
  join duckdb_columns() as c
    on c.database_name = r.table_database and c.schema_name = r.table_schema and c.table_name = r.table_name
  where lower(r.table_database) = lower('{{ information_schema.database }}')
    and ({{ wanted | join(' or ') if wanted else 'false' }})
  order by r.table_schema, r.table_name, c.column_index
{%- endmacro %}
