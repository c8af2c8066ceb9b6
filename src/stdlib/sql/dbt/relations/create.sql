{# DDL by the relation's type, as text: for callers that do not know, or care, what kind they hold. #}
{% macro get_create_sql(relation, sql) %}
  {%- do log('Applying CREATE to: ' ~ relation) -%}
  {{ return(adapter.dispatch('get_create_sql', 'dbt')(relation, sql)) }}
{% endmacro %}

{% macro default__get_create_sql(relation, sql) -%}
  {%- if relation.is_view -%}
    {{ get_create_view_as_sql(relation, sql) }}
  {%- elif relation.is_table -%}
    {{ get_create_table_as_sql(False, relation, sql) }}
  {%- elif relation.is_materialized_view -%}
    {{ get_create_materialized_view_as_sql(relation, sql) }}
  {%- else -%}
    {%- do exceptions.raise_compiler_error('`get_create_sql` is not implemented for: ' ~ relation.type) -%}
  {%- endif -%}
{%- endmacro %}


{% macro get_create_intermediate_sql(relation, sql) %}
  {%- do log('Applying CREATE INTERMEDIATE to: ' ~ relation) -%}
  {{ return(adapter.dispatch('get_create_intermediate_sql', 'dbt')(relation, sql)) }}
{% endmacro %}

{# A leftover of a killed run may hold the name. #}
{% macro default__get_create_intermediate_sql(relation, sql) -%}
  {%- set intermediate = make_intermediate_relation(relation) -%}
  {{ get_drop_sql(intermediate) }};
  {{ get_create_sql(intermediate, sql) }}
{%- endmacro %}


{% macro get_create_backup_sql(relation) %}
  {%- do log('Applying CREATE BACKUP to: ' ~ relation) -%}
  {{ return(adapter.dispatch('get_create_backup_sql', 'dbt')(relation)) }}
{% endmacro %}

{% macro default__get_create_backup_sql(relation) -%}
  {%- set backup = make_backup_relation(relation, relation.type) -%}
  {{ get_drop_sql(backup) }};
  {{ get_rename_sql(relation, backup.identifier) }}
{%- endmacro %}
