{# What `show` sends: the query with --limit behind it. A query with a LIMIT of its own is an error of the engine. #}
{% macro get_show_sql(compiled_code, sql_header, limit) -%}
  {{ sql_header if sql_header is not none }}
  {{ get_limit_subquery_sql(compiled_code, limit) }}
{%- endmacro %}


{% macro get_limit_subquery_sql(sql, limit) %}
  {{ return(adapter.dispatch('get_limit_sql', 'dbt')(sql, limit)) }}
{% endmacro %}

{% macro default__get_limit_sql(sql, limit) %}
  {{ sql }}
  {{ 'limit ' ~ limit if limit is not none }}
{% endmacro %}


{# Asks the engine whether it would run the SQL, without running it. #}
{% macro validate_sql(sql) %}
  {{ return(adapter.dispatch('validate_sql', 'dbt')(sql)) }}
{% endmacro %}

{% macro default__validate_sql(sql) %}
  {%- call statement('validate_sql') -%}
    explain {{ sql }}
  {%- endcall -%}
  {{ return(load_result('validate_sql')) }}
{% endmacro %}
