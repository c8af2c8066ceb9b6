{# The DDL that makes a table of a query. get_create_table_as_sql is the door; create_table_as is what adapters and projects override. #}
{% macro get_create_table_as_sql(temporary, relation, sql) %}
  {{ return(adapter.dispatch('get_create_table_as_sql', 'dbt')(temporary, relation, sql)) }}
{% endmacro %}

{% macro default__get_create_table_as_sql(temporary, relation, sql) %}
  {{ return(create_table_as(temporary, relation, sql)) }}
{% endmacro %}


{# Overrides for SQL take three arguments, so the language is handed on only where it is another. #}
{% macro create_table_as(temporary, relation, compiled_code, language='sql') %}
  {%- if language == 'sql' -%}
    {{ return(adapter.dispatch('create_table_as', 'dbt')(temporary, relation, compiled_code)) }}
  {%- endif -%}
  {{ return(adapter.dispatch('create_table_as', 'dbt')(temporary, relation, compiled_code, language)) }}
{% endmacro %}

{% macro default__create_table_as(temporary, relation, sql) -%}
  {%- set contract = config.get('contract') -%}
  {%- set declared = contract.enforced and not temporary -%}
  {{ config.get('sql_header', none) or '' }}
  create {{ 'temporary ' if temporary }}table {{ relation.include(database=(not temporary), schema=(not temporary)) }}
  {% if declared -%}
    {{ get_assert_columns_equivalent(sql) }}
    {{ get_table_columns_and_constraints() }}
    {%- set sql = get_select_subquery(sql) -%}
  {%- endif %}
  as (
    {{ sql }}
  );
{%- endmacro %}


{# The declared columns by name and in their declared order, over whatever order the model selects them in. #}
{% macro get_select_subquery(sql) %}
  {{ return(adapter.dispatch('get_select_subquery', 'dbt')(sql)) }}
{% endmacro %}

{% macro default__get_select_subquery(sql) %}
    select {{ adapter.dispatch('get_column_names', 'dbt')() }}
    from (
        {{ sql }}
    ) as model_subq
{%- endmacro %}


{% macro default__get_column_names() -%}
  {%- set names = [] -%}
  {%- for column in model['columns'].values() -%}
    {%- do names.append(adapter.quote(column['name']) if column.get('quote') else column['name']) -%}
  {%- endfor -%}
  {{ names | join(', ') }}
{%- endmacro %}


{% macro drop_table(relation) %}
  {{ return(adapter.dispatch('drop_table', 'dbt')(relation)) }}
{% endmacro %}

{% macro default__drop_table(relation) -%}
  drop table if exists {{ relation.render() }} cascade
{%- endmacro %}


{% macro get_rename_table_sql(relation, new_name) %}
  {{ return(adapter.dispatch('get_rename_table_sql', 'dbt')(relation, new_name)) }}
{% endmacro %}

{% macro default__get_rename_table_sql(relation, new_name) %}
  {%- do exceptions.raise_compiler_error('`get_rename_table_sql` is not implemented for this adapter') -%}
{% endmacro %}


{% macro get_replace_table_sql(relation, sql) %}
  {{ return(adapter.dispatch('get_replace_table_sql', 'dbt')(relation, sql)) }}
{% endmacro %}

{% macro default__get_replace_table_sql(relation, sql) %}
  {%- do exceptions.raise_compiler_error('`get_replace_table_sql` is not implemented for this adapter') -%}
{% endmacro %}


{% macro truncate_relation(relation) %}
  {{ return(adapter.dispatch('truncate_relation', 'dbt')(relation)) }}
{% endmacro %}

{% macro default__truncate_relation(relation) %}
  {%- call statement('truncate_relation') -%}
    truncate table {{ relation.render() }}
  {%- endcall -%}
{% endmacro %}
