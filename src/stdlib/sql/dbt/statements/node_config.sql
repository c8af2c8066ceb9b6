{# SQL that is sent ahead of the model's own DDL, in the same statement. #}
{% macro set_sql_header(config) -%}
  {{ config.set('sql_header', caller()) }}
{%- endmacro %}


{# The node's own config decides; where it says nothing, the command line does. `false` in a config shields a table from --full-refresh. #}
{% macro should_full_refresh() %}
  {%- set configured = config.get('full_refresh') -%}
  {{ return(flags.FULL_REFRESH if configured is none else configured) }}
{% endmacro %}


{% macro should_store_failures() %}
  {%- set configured = config.get('store_failures') -%}
  {{ return(flags.STORE_FAILURES if configured is none else configured) }}
{% endmacro %}
