{# The column list of a CREATE TABLE, with types and constraints, from the model's YAML. #}
{% macro get_table_columns_and_constraints() %}
  {{ return(adapter.dispatch('get_table_columns_and_constraints', 'dbt')()) }}
{% endmacro %}

{% macro default__get_table_columns_and_constraints() %}
  {{ return(table_columns_and_constraints()) }}
{% endmacro %}

{% macro table_columns_and_constraints() -%}
  {%- set columns = adapter.render_raw_columns_constraints(raw_columns=model['columns']) -%}
  {%- set constraints = adapter.render_raw_model_constraints(raw_constraints=model['constraints']) -%}
    (
      {{ (columns + constraints) | join(',\n      ') }}
    )
{%- endmacro %}


{# Fails the model where its query's columns differ from its contract in number, name or type; order does not matter. #}
{% macro get_assert_columns_equivalent(sql) %}
  {{ return(adapter.dispatch('get_assert_columns_equivalent', 'dbt')(sql)) }}
{% endmacro %}

{% macro default__get_assert_columns_equivalent(sql) %}
  {{ return(assert_columns_equivalent(sql)) }}
{% endmacro %}

{% macro assert_columns_equivalent(sql) %}
  {%- if not model['columns'] -%}
    {%- do exceptions.raise_contract_error([], []) -%}
  {%- endif -%}
  {#- Both sides go through the engine, so that `int` and `integer` are one type. -#}
  {%- set actual = format_columns(get_column_schema_from_query(sql, config.get('sql_header', none))) -%}
  {%- set declared = format_columns(get_column_schema_from_query(get_empty_schema_sql(model['columns']))) -%}

  {%- set declared_by_name = {} -%}
  {%- for column in declared -%}
    {%- do declared_by_name.setdefault(column['name'], column['formatted']) -%}
  {%- endfor -%}
  {%- set mismatches = [] -%}
  {%- for column in actual if declared_by_name.get(column['name']) != column['formatted'] -%}
    {%- do mismatches.append(column['name']) -%}
  {%- endfor -%}
  {%- if mismatches or actual | length != declared | length -%}
    {%- do exceptions.raise_contract_error(declared, actual) -%}
  {%- endif -%}
{% endmacro %}


{% macro format_columns(columns) %}
  {%- set formatted = [] -%}
  {%- for column in columns -%}
    {%- do formatted.append(adapter.dispatch('format_column', 'dbt')(column)) -%}
  {%- endfor -%}
  {{ return(formatted) }}
{% endmacro %}

{% macro default__format_column(column) %}
  {{ return({'name': column.name, 'data_type': column.dtype, 'formatted': column.column.lower() ~ ' ' ~ column.dtype}) }}
{% endmacro %}
