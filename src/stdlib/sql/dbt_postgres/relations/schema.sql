{# A schema of another database cannot be reached from this connection: said before the server is asked. #}
{% macro postgres__create_schema(relation) %}
  {%- if relation.database -%}
    {%- do adapter.verify_database(relation.database) -%}
  {%- endif -%}
  {%- call statement('create_schema') -%}
    create schema if not exists {{ relation.without_identifier().include(database=False) }}
  {%- endcall -%}
{% endmacro %}


{% macro postgres__drop_schema(relation) %}
  {%- if relation.database -%}
    {%- do adapter.verify_database(relation.database) -%}
  {%- endif -%}
  {%- call statement('drop_schema') -%}
    drop schema if exists {{ relation.without_identifier().include(database=False) }} cascade
  {%- endcall -%}
{% endmacro %}
