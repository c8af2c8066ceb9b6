{% macro any_value(expression) %}
  {{ return(adapter.dispatch('any_value', 'dbt')(expression)) }}
{% endmacro %}

{% macro default__any_value(expression) -%}
    any_value({{ expression }})
{%- endmacro %}


{% macro bool_or(expression) %}
  {{ return(adapter.dispatch('bool_or', 'dbt')(expression)) }}
{% endmacro %}

{% macro default__bool_or(expression) -%}
    bool_or({{ expression }})
{%- endmacro %}


{# Values of a group as one text: delimiter as an SQL expression, `order_by_clause` a whole ORDER BY, at most `limit_num` values. #}
{% macro listagg(measure, delimiter_text="','", order_by_clause=none, limit_num=none) %}
  {{ return(adapter.dispatch('listagg', 'dbt')(measure, delimiter_text, order_by_clause, limit_num)) }}
{% endmacro %}

{% macro default__listagg(measure, delimiter_text, order_by_clause, limit_num) -%}
{%- set within = 'within group (' ~ order_by_clause ~ ')' if order_by_clause else '' -%}
{%- if limit_num -%}
    array_to_string(
        array_slice(
            array_agg(
                {{ measure }}
            ){{ within }}
            ,0
            ,{{ limit_num }}
        ),
        {{ delimiter_text }}
        )
{%- else %}
    listagg(
        {{ measure }},
        {{ delimiter_text }}
        )
        {{ within }}
{%- endif -%}
{%- endmacro %}
