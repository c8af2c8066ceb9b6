{# What an adapter answers about its database. Those without a general form raise until an adapter words them. #}

{% macro get_catalog_relations(information_schema, relations) %}
  {{ return(adapter.dispatch('get_catalog_relations', 'dbt')(information_schema, relations)) }}
{% endmacro %}

{% macro default__get_catalog_relations(information_schema, relations) %}
  {%- do exceptions.raise_compiler_error('get_catalog_relations not implemented for ' ~ adapter.type()) -%}
{% endmacro %}


{% macro get_catalog(information_schema, schemas) %}
  {{ return(adapter.dispatch('get_catalog', 'dbt')(information_schema, schemas)) }}
{% endmacro %}

{% macro default__get_catalog(information_schema, schemas) %}
  {%- do exceptions.raise_compiler_error('get_catalog not implemented for ' ~ adapter.type()) -%}
{% endmacro %}


{% macro get_catalog_for_single_relation(relation) %}
  {{ return(adapter.dispatch('get_catalog_for_single_relation', 'dbt')(relation)) }}
{% endmacro %}

{% macro default__get_catalog_for_single_relation(relation) %}
  {%- do exceptions.raise_not_implemented('get_catalog_for_single_relation macro not implemented for adapter ' ~ adapter.type()) -%}
{% endmacro %}


{% macro information_schema_name(database) %}
  {{ return(adapter.dispatch('information_schema_name', 'dbt')(database)) }}
{% endmacro %}

{% macro default__information_schema_name(database) -%}
  {{ database ~ '.INFORMATION_SCHEMA' if database else 'INFORMATION_SCHEMA' }}
{%- endmacro %}


{% macro list_schemas(database) %}
  {{ return(adapter.dispatch('list_schemas', 'dbt')(database)) }}
{% endmacro %}

{% macro default__list_schemas(database) %}
  {%- set sql -%}
    select distinct schema_name
    from {{ information_schema_name(database) }}.SCHEMATA
    where catalog_name ilike '{{ database }}'
  {%- endset -%}
  {{ return(run_query(sql)) }}
{% endmacro %}


{% macro check_schema_exists(information_schema, schema) %}
  {{ return(adapter.dispatch('check_schema_exists', 'dbt')(information_schema, schema)) }}
{% endmacro %}

{% macro default__check_schema_exists(information_schema, schema) %}
  {%- set sql -%}
    select count(*)
    from {{ information_schema.replace(information_schema_view='SCHEMATA') }}
    where catalog_name = '{{ information_schema.database }}'
      and schema_name = '{{ schema }}'
  {%- endset -%}
  {{ return(run_query(sql)) }}
{% endmacro %}


{% macro list_relations_without_caching(schema_relation) %}
  {{ return(adapter.dispatch('list_relations_without_caching', 'dbt')(schema_relation)) }}
{% endmacro %}

{% macro default__list_relations_without_caching(schema_relation) %}
  {%- do exceptions.raise_not_implemented('list_relations_without_caching macro not implemented for adapter ' ~ adapter.type()) -%}
{% endmacro %}


{% macro list_function_relations_without_caching(schema_relation) %}
  {{ return(adapter.dispatch('list_function_relations_without_caching', 'dbt')(schema_relation)) }}
{% endmacro %}

{% macro default__list_function_relations_without_caching(schema_relation) %}
  {%- do exceptions.raise_not_implemented('list_function_relations_without_caching macro not implemented for adapter ' ~ adapter.type()) -%}
{% endmacro %}


{# Which relation is read by which, for the cache: dropping one by cascade drops the other. #}
{% macro get_relations() %}
  {{ return(adapter.dispatch('get_relations', 'dbt')()) }}
{% endmacro %}

{% macro default__get_relations() %}
  {%- do exceptions.raise_not_implemented('get_relations macro not implemented for adapter ' ~ adapter.type()) -%}
{% endmacro %}


{# Whether the project runs under the second major version of dbt, whose Jinja differs. #}
{% macro is_core_v2() %}
  {{ return(dbt_version.split('.')[0] | int == 2) }}
{% endmacro %}
