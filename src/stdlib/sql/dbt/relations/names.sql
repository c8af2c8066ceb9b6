{#
  Names that stand beside a relation while it is rebuilt. `__dbt_tmp` and `__dbt_backup` are part of the interface: clean-up
  after a killed run finds leftovers by them.
#}

{% macro make_intermediate_relation(base_relation, suffix='__dbt_tmp') %}
  {{ return(adapter.dispatch('make_intermediate_relation', 'dbt')(base_relation, suffix)) }}
{% endmacro %}

{% macro default__make_intermediate_relation(base_relation, suffix) %}
  {{ return(default__make_temp_relation(base_relation, suffix)) }}
{% endmacro %}


{# Batches of one microbatch model may run side by side, so each has a temporary table of its own. #}
{% macro make_temp_relation(base_relation, suffix='__dbt_tmp') %}
  {%- if model.batch and suffix == '__dbt_tmp' -%}
    {%- set suffix = suffix ~ '_' ~ model.batch.id -%}
  {%- endif -%}
  {{ return(adapter.dispatch('make_temp_relation', 'dbt')(base_relation, suffix)) }}
{% endmacro %}

{% macro default__make_temp_relation(base_relation, suffix) %}
  {{ return(base_relation.incorporate(path={'identifier': base_relation.identifier ~ suffix})) }}
{% endmacro %}


{# Of the type of what it will hold: dropping a view as a table is an error. #}
{% macro make_backup_relation(base_relation, backup_relation_type, suffix='__dbt_backup') %}
  {{ return(adapter.dispatch('make_backup_relation', 'dbt')(base_relation, backup_relation_type, suffix)) }}
{% endmacro %}

{% macro default__make_backup_relation(base_relation, backup_relation_type, suffix) %}
  {%- set path = {'identifier': base_relation.identifier ~ suffix} -%}
  {{ return(base_relation.incorporate(path=path, type=backup_relation_type)) }}
{% endmacro %}
