{# DuckDB's own lists cover the attached databases too; `system` is where they can be read from whatever is in use. #}

{% macro duckdb__list_schemas(database) %}
  {%- set sql -%}
    select schema_name
    from system.information_schema.schemata
    {{ "where lower(catalog_name) = lower('" ~ database ~ "')" if database is not none }}
  {%- endset -%}
  {{ return(run_query(sql)) }}
{% endmacro %}


{% macro duckdb__check_schema_exists(information_schema, schema) %}
  {%- set sql -%}
    select count(*)
    from system.information_schema.schemata
    where lower(catalog_name) = lower('{{ information_schema.database }}')
      and lower(schema_name) = lower('{{ schema }}')
  {%- endset -%}
  {{ return(run_query(sql)) }}
{% endmacro %}


{% macro duckdb__list_relations_without_caching(schema_relation) %}
  {%- call statement('list_relations_without_caching', fetch_result=True) -%}
    select
      '{{ schema_relation.database }}' as database,
      table_name as name,
      table_schema as schema,
      case table_type when 'VIEW' then 'view' else 'table' end as type
    from system.information_schema.tables
    where lower(table_catalog) = lower('{{ schema_relation.database }}')
      and lower(table_schema) = lower('{{ schema_relation.schema }}')
  {%- endcall -%}
  {{ return(load_result('list_relations_without_caching').table) }}
{% endmacro %}


{#
  DESCRIBE looks at this one relation, view or file; the information schema would load all of an attached catalog. A relation
  that is not there has no columns. Types carry their sizes.
#}
{% macro duckdb__get_columns_in_relation(relation) %}
  {%- if not relation.external and not tdbt_duckdb_exists(relation) -%}
    {{ return([]) }}
  {%- endif -%}
  {%- call statement('get_columns_in_relation', fetch_result=True, auto_begin=False) -%}
    select
      column_name,
      column_type as data_type,
      cast(null as bigint) as character_maximum_length,
      cast(null as bigint) as numeric_precision,
      cast(null as bigint) as numeric_scale
    from (describe {{ relation.render() }})
  {%- endcall -%}
  {{ return(sql_convert_columns_in_relation(load_result('get_columns_in_relation').table)) }}
{% endmacro %}


{# Whether there is a table or view of that name; one without a schema may be temporary. #}
{% macro tdbt_duckdb_exists(relation) %}
  {%- set conditions = ["lower(name) = lower('" ~ adapter.escape_sql_string(relation.identifier) ~ "')"] -%}
  {%- for part in ['database', 'schema'] if relation[part] -%}
    {%- do conditions.append('lower(' ~ part ~ "_name) = lower('" ~ adapter.escape_sql_string(relation[part]) ~ "')") -%}
  {%- endfor -%}
  {%- set found = run_query('select 1 from (select database_name, schema_name, table_name as name from duckdb_tables() union all select database_name, schema_name, view_name from duckdb_views()) where ' ~ conditions | join(' and ') ~ ' limit 1') -%}
  {{ return(found.rows | length > 0) }}
{% endmacro %}
