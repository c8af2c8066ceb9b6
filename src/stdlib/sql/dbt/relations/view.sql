{% macro get_create_view_as_sql(relation, sql) %}
  {{ return(adapter.dispatch('get_create_view_as_sql', 'dbt')(relation, sql)) }}
{% endmacro %}

{% macro default__get_create_view_as_sql(relation, sql) %}
  {{ return(create_view_as(relation, sql)) }}
{% endmacro %}


{% macro create_view_as(relation, sql) %}
  {{ return(adapter.dispatch('create_view_as', 'dbt')(relation, sql)) }}
{% endmacro %}

{# A view takes no declared types: its contract is checked, not written into the DDL. #}
{% macro default__create_view_as(relation, sql) -%}
  {%- set contract = config.get('contract') -%}
  {{ config.get('sql_header', none) or '' }}
  create view {{ relation.render() }}
  {{ get_assert_columns_equivalent(sql) if contract.enforced }}
  as (
    {{ sql }}
  );
{%- endmacro %}


{% macro drop_view(relation) %}
  {{ return(adapter.dispatch('drop_view', 'dbt')(relation)) }}
{% endmacro %}

{% macro default__drop_view(relation) -%}
  drop view if exists {{ relation.render() }} cascade
{%- endmacro %}


{% macro get_rename_view_sql(relation, new_name) %}
  {{ return(adapter.dispatch('get_rename_view_sql', 'dbt')(relation, new_name)) }}
{% endmacro %}

{% macro default__get_rename_view_sql(relation, new_name) %}
  {%- do exceptions.raise_compiler_error('`get_rename_view_sql` is not implemented for this adapter') -%}
{% endmacro %}


{% macro get_replace_view_sql(relation, sql) %}
  {{ return(adapter.dispatch('get_replace_view_sql', 'dbt')(relation, sql)) }}
{% endmacro %}

{% macro default__get_replace_view_sql(relation, sql) %}
  {%- do exceptions.raise_compiler_error('`get_replace_view_sql` is not implemented for this adapter') -%}
{% endmacro %}


{#
  A whole view materialization in one macro, for adapters whose `create or replace view` is atomic and may change columns:
  no intermediate, no swap. Such an adapter calls it from its own `materialization view`.
#}
{% macro create_or_replace_view() %}
  {%- set existing = adapter.get_relation(database=database, schema=schema, identifier=model['alias']) -%}
  {%- set was_view = existing is not none and existing.is_view -%}
  {%- set target_relation = api.Relation.create(database=database, schema=schema, identifier=model['alias'], type='view') -%}

  {%- do run_hooks(pre_hooks) -%}
  {%- if existing is not none and existing.is_table -%}
    {%- do handle_existing_table(should_full_refresh(), existing) -%}
  {%- endif -%}
  {%- call statement('main') -%}
    {{ get_create_view_as_sql(target_relation, sql) }}
  {%- endcall -%}
  {%- do apply_grants(target_relation, config.get('grants'), should_revoke=should_revoke(was_view, full_refresh_mode=true)) -%}
  {%- do run_hooks(post_hooks) -%}
  {{ return({'relations': [target_relation]}) }}
{% endmacro %}


{# A table in the way of a view; adapters may refuse unless the refresh is a full one. #}
{% macro handle_existing_table(full_refresh, old_relation) %}
  {{ return(adapter.dispatch('handle_existing_table', 'dbt')(full_refresh, old_relation)) }}
{% endmacro %}

{% macro default__handle_existing_table(full_refresh, old_relation) %}
  {%- do log('Dropping ' ~ old_relation.render() ~ ': it is a ' ~ old_relation.type) -%}
  {%- do adapter.drop_relation(old_relation) -%}
{% endmacro %}
