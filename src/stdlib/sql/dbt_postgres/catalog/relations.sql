{# Name and kind of everything in a schema; functions too, as models may be functions. #}
{% macro postgres__list_relations_without_caching(schema_relation) %}
  {%- set kinds = [
    ('tablename', 'schemaname', 'table', 'pg_tables'),
    ('viewname', 'schemaname', 'view', 'pg_views'),
    ('matviewname', 'schemaname', 'materialized_view', 'pg_matviews'),
    ('proname', 'nspname', 'function', 'pg_proc join pg_namespace on pg_namespace.oid = pronamespace'),
  ] -%}
  {%- call statement('list_relations_without_caching', fetch_result=True) -%}
    {%- for name, schema, type, catalog in kinds %}
    {{ 'union all' if not loop.first }}
    select distinct
      '{{ schema_relation.database }}' as database,
      {{ name }} as name,
      {{ schema }} as schema,
      '{{ type }}' as type
    from {{ catalog }}
    where {{ schema }} ilike '{{ schema_relation.schema }}'
    {%- endfor %}
  {%- endcall -%}
  {{ return(load_result('list_relations_without_caching').table) }}
{% endmacro %}


{% macro postgres__information_schema_name(database) -%}
  {%- if database -%}
    {%- do adapter.verify_database(database) -%}
  {%- endif -%}
  information_schema
{%- endmacro %}


{% macro postgres__list_schemas(database) %}
  {%- if database -%}
    {%- do adapter.verify_database(database) -%}
  {%- endif -%}
  {%- call statement('list_schemas', fetch_result=True, auto_begin=False) -%}
    select distinct nspname from pg_namespace
  {%- endcall -%}
  {{ return(load_result('list_schemas').table) }}
{% endmacro %}


{% macro postgres__check_schema_exists(information_schema, schema) %}
  {%- if information_schema.database -%}
    {%- do adapter.verify_database(information_schema.database) -%}
  {%- endif -%}
  {%- call statement('check_schema_exists', fetch_result=True, auto_begin=False) -%}
    select count(*) from pg_namespace where nspname = '{{ schema }}'
  {%- endcall -%}
  {{ return(load_result('check_schema_exists').table) }}
{% endmacro %}


{#
  (dependent schema, name, referenced schema, name) of every view over something that is not the system's. A view depends
  by its rewrite rule: the rule belongs to the view (deptype i) and refers to each column it reads.
#}
{% macro postgres__get_relations() %}
  {%- call statement('relations', fetch_result=True) -%}
    select distinct
        view_schema.nspname as dependent_schema,
        view.relname as dependent_name,
        read_schema.nspname as referenced_schema,
        read.relname as referenced_name
    from pg_depend as own
    join pg_depend as reads
        on reads.objid = own.objid
        and reads.classid = own.classid
        and reads.refclassid = own.refclassid
        and reads.refobjid <> own.refobjid
    join pg_class as view on view.oid = own.refobjid
    join pg_namespace as view_schema on view_schema.oid = view.relnamespace
    join pg_class as read on read.oid = reads.refobjid
    join pg_namespace as read_schema on read_schema.oid = read.relnamespace
    where own.classid = 'pg_rewrite'::regclass
      and own.refclassid = 'pg_class'::regclass
      and own.deptype = 'i'
      and read_schema.nspname <> 'information_schema'
      and read_schema.nspname not like 'pg\_%'
    order by 1, 2, 3, 4
  {%- endcall -%}
  {{ return(load_result('relations').table) }}
{% endmacro %}


{# An older name. #}
{% macro postgres_get_relations() %}
  {{ return(postgres__get_relations()) }}
{% endmacro %}
