{% macro get_columns_in_relation(relation) %}
  {{ return(adapter.dispatch('get_columns_in_relation', 'dbt')(relation)) }}
{% endmacro %}

{% macro default__get_columns_in_relation(relation) %}
  {%- do exceptions.raise_not_implemented('get_columns_in_relation macro not implemented for adapter ' ~ adapter.type()) -%}
{% endmacro %}


{# Rows of (name, type, length, precision, scale) → api.Column objects. #}
{% macro sql_convert_columns_in_relation(table) %}
  {%- set columns = [] -%}
  {%- for row in table -%}
    {%- do columns.append(api.Column(*row)) -%}
  {%- endfor -%}
  {{ return(columns) }}
{% endmacro %}


{% macro get_list_of_column_names(columns) %}
  {{ return(columns | map(attribute='name') | list) }}
{% endmacro %}


{# The query's columns and none of its rows: what a contract is held against. #}
{% macro get_empty_subquery_sql(select_sql, select_sql_header=none) %}
  {{ return(adapter.dispatch('get_empty_subquery_sql', 'dbt')(select_sql, select_sql_header)) }}
{% endmacro %}

{% macro default__get_empty_subquery_sql(select_sql, select_sql_header=none) %}
    {{- select_sql_header if select_sql_header is not none }}
    select * from (
        {{ select_sql }}
    ) as __dbt_sbq
    where false
    limit 0
{% endmacro %}


{# One row of typed nulls with the columns as YAML declares them: their types are then compared as the engine names them. #}
{% macro get_empty_schema_sql(columns) %}
  {{ return(adapter.dispatch('get_empty_schema_sql', 'dbt')(columns)) }}
{% endmacro %}

{% macro default__get_empty_schema_sql(columns) %}
  {%- set untyped = [] -%}
  {%- set unscaled = [] -%}
  {%- set typed_nulls = [] -%}
  {%- for column in columns.values() -%}
    {%- if column['data_type'] is not defined -%}
      {%- do untyped.append(column['name']) -%}
    {%- elif column['data_type'].strip().lower() in ('numeric', 'decimal', 'number') -%}
      {%- do unscaled.append(column['name']) -%}
    {%- endif -%}
    {%- set name = adapter.quote(column['name']) if column.get('quote') else column['name'] -%}
    {%- do typed_nulls.append(cast('null', column['data_type']) ~ ' as ' ~ name) -%}
  {%- endfor -%}

  {%- if untyped -%}
    {%- do exceptions.column_type_missing(column_names=untyped) -%}
  {%- elif unscaled -%}
    {%- do exceptions.warn('Detected columns with numeric type and unspecified precision/scale, this can lead to unintended rounding: ' ~ unscaled ~ '`') -%}
  {%- endif %}
    select
      {{ typed_nulls | join(',\n      ') }}
{% endmacro %}


{% macro get_column_schema_from_query(select_sql, select_sql_header=none) %}
  {{ return(adapter.get_column_schema_from_query(get_empty_subquery_sql(select_sql, select_sql_header))) }}
{% endmacro %}


{# Column names of a query, as the engine reports them. #}
{% macro get_columns_in_query(select_sql) %}
  {{ return(adapter.dispatch('get_columns_in_query', 'dbt')(select_sql)) }}
{% endmacro %}

{% macro default__get_columns_in_query(select_sql) %}
  {%- call statement('get_columns_in_query', fetch_result=true, auto_begin=false) -%}
    {{ get_empty_subquery_sql(select_sql) }}
  {%- endcall -%}
  {{ return(load_result('get_columns_in_query').table.columns | map(attribute='name') | list) }}
{% endmacro %}


{% macro alter_column_type(relation, column_name, new_column_type) %}
  {{ return(adapter.dispatch('alter_column_type', 'dbt')(relation, column_name, new_column_type)) }}
{% endmacro %}

{# By a column beside it, which every engine can do; the column moves to the end, and views over it go. #}
{% macro default__alter_column_type(relation, column_name, new_column_type) %}
  {%- set table = relation.render() -%}
  {%- set old = adapter.quote(column_name) -%}
  {%- set new = adapter.quote(column_name ~ '__dbt_alter') -%}
  {%- call statement('alter_column_type') -%}
    alter table {{ table }} add column {{ new }} {{ new_column_type }};
    update {{ table }} set {{ new }} = {{ old }};
    alter table {{ table }} drop column {{ old }} cascade;
    alter table {{ table }} rename column {{ new }} to {{ old }}
  {%- endcall -%}
{% endmacro %}


{% macro alter_relation_add_remove_columns(relation, add_columns=none, remove_columns=none) %}
  {{ return(adapter.dispatch('alter_relation_add_remove_columns', 'dbt')(relation, add_columns, remove_columns)) }}
{% endmacro %}

{% macro default__alter_relation_add_remove_columns(relation, add_columns, remove_columns) %}
  {%- set changes = [] -%}
  {%- for column in add_columns or [] -%}
    {%- do changes.append('add column ' ~ column.quoted ~ ' ' ~ column.expanded_data_type) -%}
  {%- endfor -%}
  {%- for column in remove_columns or [] -%}
    {%- do changes.append('drop column ' ~ column.quoted) -%}
  {%- endfor -%}
  {%- do run_query('alter ' ~ relation.type ~ ' ' ~ relation.render() ~ '\n  ' ~ changes | join(',\n  ')) -%}
{% endmacro %}
