{# Attached databases of other kinds have schemas in their own way: SQLite has `main` alone, MySQL takes its databases for them. #}
{% macro duckdb__create_schema(relation) %}
  {%- set kind = tdbt_duckdb_database_kind(relation.database) -%}
  {%- if kind == 'sqlite' and relation.schema != 'main' -%}
    {%- do exceptions.raise_compiler_error("Schema must be 'main' when writing to sqlite instead got " ~ relation.schema) -%}
  {%- elif kind not in ['sqlite', 'mysql'] -%}
    {%- call statement('create_schema') -%}
      create schema if not exists {{ relation.without_identifier() }}
    {%- endcall -%}
  {%- else -%}
    {%- call statement('create_schema') -%}
      select 1
    {%- endcall -%}
  {%- endif -%}
{% endmacro %}


{% macro tdbt_duckdb_database_kind(database) %}
  {%- set found = run_query("select type from duckdb_databases() where lower(database_name) = lower('" ~ database ~ "')") -%}
  {{ return(found.rows[0][0] if found.rows | length > 0 else 'duckdb') }}
{% endmacro %}


{% macro duckdb__drop_schema(relation) %}
  {%- call statement('drop_schema') -%}
    drop schema if exists {{ relation.without_identifier() }} cascade
  {%- endcall -%}
{% endmacro %}
