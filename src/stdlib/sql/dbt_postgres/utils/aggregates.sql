{# No any_value before Postgres 16; the least is as good as any. #}
{% macro postgres__any_value(expression) -%}
    min({{ expression }})
{%- endmacro %}


{# string_agg takes no limit: then by an array and its slice. #}
{% macro postgres__listagg(measure, delimiter_text, order_by_clause, limit_num) -%}
{%- if limit_num -%}
    array_to_string(
        (array_agg(
            {{ measure }}
            {{ order_by_clause or '' }}
        ))[1:{{ limit_num }}],
        {{ delimiter_text }}
        )
{%- else %}
    string_agg(
        {{ measure }},
        {{ delimiter_text }}
        {{ order_by_clause or '' }}
        )
{%- endif -%}
{%- endmacro %}
