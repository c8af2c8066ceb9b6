{# One row from a test's failing rows: the measure, and whether it is past the thresholds of warn_if and error_if. #}
{% macro get_test_sql(main_sql, fail_calc, warn_if, error_if, limit) %}
  {{ return(adapter.dispatch('get_test_sql', 'dbt')(main_sql, fail_calc, warn_if, error_if, limit)) }}
{% endmacro %}

{% macro default__get_test_sql(main_sql, fail_calc, warn_if, error_if, limit) -%}
    select
      {{ fail_calc }} as failures,
      {{ fail_calc }} {{ warn_if }} as should_warn,
      {{ fail_calc }} {{ error_if }} as should_error
    from (
      {{ main_sql }}
      {{ 'limit ' ~ limit if limit is not none }}
    ) dbt_internal_test
{%- endmacro %}


{# What a generic test is given as `model`: the relation, or those of its rows that config `where` keeps. #}
{% macro get_where_subquery(relation) %}
  {{ return(adapter.dispatch('get_where_subquery', 'dbt')(relation)) }}
{% endmacro %}

{% macro default__get_where_subquery(relation) %}
  {%- set where = config.get('where', '') -%}
  {{ return('(select * from ' ~ relation ~ ' where ' ~ where ~ ') dbt_subquery' if where else relation) }}
{% endmacro %}
