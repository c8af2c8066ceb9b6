{% macro get_replace_sql(existing_relation, target_relation, sql) %}
  {%- do log('Applying REPLACE to: ' ~ existing_relation) -%}
  {{ return(adapter.dispatch('get_replace_sql', 'dbt')(existing_relation, target_relation, sql)) }}
{% endmacro %}

{#
  The safest way that both kinds of relation allow, best first: `create or replace`; build beside and swap, with a backup;
  build beside and swap; move the old one away and build in place; drop and build.
#}
{% macro default__get_replace_sql(existing_relation, target_relation, sql) -%}
  {%- set same_kind = existing_relation.type == target_relation.type -%}
  {%- set replaceable = same_kind and existing_relation.can_be_replaced -%}

  {%- if replaceable and existing_relation.is_view -%}
    {{ get_replace_view_sql(target_relation, sql) }}
  {%- elif replaceable and existing_relation.is_table -%}
    {{ get_replace_table_sql(target_relation, sql) }}
  {%- elif replaceable and existing_relation.is_materialized_view -%}
    {{ get_replace_materialized_view_sql(target_relation, sql) }}

  {%- elif target_relation.can_be_renamed -%}
    {%- set keeps_backup = existing_relation.can_be_renamed -%}
    {{ get_create_intermediate_sql(target_relation, sql) }};
    {{ get_create_backup_sql(existing_relation) if keeps_backup else get_drop_sql(existing_relation) }};
    {{ get_rename_intermediate_sql(target_relation) }}
    {%- if keeps_backup -%};
    {{ get_drop_backup_sql(existing_relation) }}
    {%- endif -%}

  {%- elif existing_relation.can_be_renamed -%}
    {{ get_create_backup_sql(existing_relation) }};
    {{ get_create_sql(target_relation, sql) }};
    {{ get_drop_backup_sql(existing_relation) }}

  {%- else -%}
    {{ get_drop_sql(existing_relation) }};
    {{ get_create_sql(target_relation, sql) }}
  {%- endif -%}
{%- endmacro %}
