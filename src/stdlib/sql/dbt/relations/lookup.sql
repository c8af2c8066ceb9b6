{# What the relation cache knows under this name, with its type; none where there is nothing. #}
{% macro load_cached_relation(relation) %}
  {{ return(adapter.get_relation(database=relation.database, schema=relation.schema, identifier=relation.identifier)) }}
{% endmacro %}


{# The older name of load_cached_relation. #}
{% macro load_relation(relation) %}
  {{ return(load_cached_relation(relation)) }}
{% endmacro %}


{# (whether it existed, the relation): an existing one keeps its own type. #}
{% macro get_or_create_relation(database, schema, identifier, type) %}
  {{ return(adapter.dispatch('get_or_create_relation', 'dbt')(database, schema, identifier, type)) }}
{% endmacro %}

{% macro default__get_or_create_relation(database, schema, identifier, type) %}
  {%- set found = adapter.get_relation(database=database, schema=schema, identifier=identifier) -%}
  {%- if found -%}
    {{ return([true, found]) }}
  {%- endif -%}
  {{ return([false, api.Relation.create(database=database, schema=schema, identifier=identifier, type=type)]) }}
{% endmacro %}
