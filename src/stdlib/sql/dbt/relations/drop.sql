{% macro get_drop_sql(relation) %}
  {%- do log('Applying DROP to: ' ~ relation) -%}
  {{ return(adapter.dispatch('get_drop_sql', 'dbt')(relation)) }}
{% endmacro %}

{% macro default__get_drop_sql(relation) -%}
  {%- if relation.is_view -%}
    {{ drop_view(relation) }}
  {%- elif relation.is_table -%}
    {{ drop_table(relation) }}
  {%- elif relation.is_materialized_view -%}
    {{ drop_materialized_view(relation) }}
  {%- else -%}
    drop {{ relation.type }} if exists {{ relation.render() }} cascade
  {%- endif -%}
{%- endmacro %}


{% macro get_drop_backup_sql(relation) %}
  {%- do log('Applying DROP BACKUP to: ' ~ relation) -%}
  {{ return(adapter.dispatch('get_drop_backup_sql', 'dbt')(relation)) }}
{% endmacro %}

{% macro default__get_drop_backup_sql(relation) -%}
  {{ get_drop_sql(make_backup_relation(relation, relation.type)) }}
{%- endmacro %}


{# What adapter.drop_relation runs; materializations call the adapter, which keeps the relation cache true. #}
{% macro drop_relation(relation) %}
  {{ return(adapter.dispatch('drop_relation', 'dbt')(relation)) }}
{% endmacro %}

{% macro default__drop_relation(relation) %}
  {%- call statement('drop_relation', auto_begin=false) -%}
    {{ get_drop_sql(relation) }}
  {%- endcall -%}
{% endmacro %}


{% macro drop_relation_if_exists(relation) %}
  {%- if relation is not none -%}
    {%- do adapter.drop_relation(relation) -%}
  {%- endif -%}
{% endmacro %}
