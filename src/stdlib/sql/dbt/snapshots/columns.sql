{# dbt's own columns by their meaning; config snapshot_meta_column_names gives them other names. #}
{% macro get_snapshot_table_column_names() %}
  {{ return({
    'dbt_valid_to': 'dbt_valid_to',
    'dbt_valid_from': 'dbt_valid_from',
    'dbt_scd_id': 'dbt_scd_id',
    'dbt_updated_at': 'dbt_updated_at',
    'dbt_is_deleted': 'dbt_is_deleted',
  }) }}
{% endmacro %}


{# A snapshot grows with its query: columns that are new are added, none is ever dropped. #}
{% macro create_columns(relation, columns) %}
  {{ return(adapter.dispatch('create_columns', 'dbt')(relation, columns)) }}
{% endmacro %}

{% macro default__create_columns(relation, columns) %}
  {%- for column in columns -%}
    {%- call statement() -%}
      alter table {{ relation.render() }} add column {{ adapter.quote(column.name) }} {{ column.expanded_data_type }};
    {%- endcall -%}
  {%- endfor -%}
{% endmacro %}


{# For adapters whose staging table does not go by itself. #}
{% macro post_snapshot(staging_relation) %}
  {{ return(adapter.dispatch('post_snapshot', 'dbt')(staging_relation)) }}
{% endmacro %}

{% macro default__post_snapshot(staging_relation) %}
{% endmacro %}


{% macro get_true_sql() %}
  {{ return(adapter.dispatch('get_true_sql', 'dbt')()) }}
{% endmacro %}

{% macro default__get_true_sql() %}
  {{ return('TRUE') }}
{% endmacro %}


{# None where the query has no dbt_updated_at, in whichever case the engine keeps it. #}
{% macro get_updated_at_column_data_type(snapshot_sql) %}
  {%- for column in get_column_schema_from_query(snapshot_sql) if column.column in ['dbt_updated_at', 'DBT_UPDATED_AT'] -%}
    {{ return(column.dtype or none) }}
  {%- endfor -%}
  {{ return(none) }}
{% endmacro %}


{# A warning where `updated_at` and the engine's clock differ in type: validity would be compared across time zones. #}
{% macro check_time_data_types(sql) %}
  {%- set updated_at_type = get_updated_at_column_data_type(sql) -%}
  {%- set clock_type = get_snapshot_get_time_data_type() -%}
  {%- if updated_at_type is not none and clock_type is not none and updated_at_type != clock_type and exceptions.warn_snapshot_timestamp_data_types -%}
    {%- do exceptions.warn_snapshot_timestamp_data_types(clock_type, updated_at_type) -%}
  {%- endif -%}
{% endmacro %}
