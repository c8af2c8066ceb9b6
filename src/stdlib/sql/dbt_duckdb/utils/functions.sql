{% macro duckdb__any_value(expression) -%}

    arbitrary({{ expression }})

{%- endmacro %}


{% macro duckdb__date(year, month, day) -%}
    make_date({{ year }}, {{ month }}, {{ day }})
{%- endmacro %}


{# Also where the interval is an expression, and for quarters, which DuckDB's intervals do not know. #}
{% macro duckdb__dateadd(datepart, interval, from_date_or_timestamp) %}
  {%- set unit = datepart | lower -%}
  {%- set scale, unit = {'quarter': (3, 'month'), 'week': (7, 'day')}.get(unit, (1, unit)) -%}
  {%- set count = 'cast(' ~ interval ~ ' as bigint)' -%}
  {{ '\n\n    ' }}({{ from_date_or_timestamp }} + {{ '(' ~ count ~ ' * ' ~ scale ~ ')' if scale > 1 else count }} * interval 1 {{ unit }})
{%- endmacro %}


{# Boundaries crossed; those of weeks are Sundays', as on the other engines. #}
{% macro duckdb__datediff(first_date, second_date, datepart) -%}
  {%- if datepart == 'week' -%}
    {%- set starts_earlier = "date_part('dow', (" ~ first_date ~ ")::timestamp) <= date_part('dow', (" ~ second_date ~ ')::timestamp)' %}
            ({{ datediff(first_date, second_date, 'day') }} // 7 + case
            when {{ starts_earlier }} then
                case when {{ first_date }} <= {{ second_date }} then 0 else -1 end
            else
                case when {{ first_date }} <= {{ second_date }} then 1 else 0 end
        end)
  {%- else %}
        (date_diff('{{ datepart }}', {{ first_date }}::timestamp, {{ second_date }}::timestamp ))
  {%- endif -%}
  {{ '\n    ' }}
{%- endmacro %}


{% macro duckdb__last_day(date, datepart) -%}
    {%- if datepart == 'quarter' -%}
    -- duckdb dateadd does not support quarter interval.
    cast(
        {{ dbt.dateadd('day', '-1', dbt.dateadd('month', '3', dbt.date_trunc(datepart, date))) }}
        as date)
    {%- else -%}
    {{ dbt.default_last_day(date, datepart) }}
    {%- endif -%}
{%- endmacro %}


{# string_agg takes no limit: then by a list and its slice. #}
{% macro duckdb__listagg(measure, delimiter_text, order_by_clause, limit_num) -%}
{%- if limit_num -%}
    list_aggr(
        (array_agg(
            {{ measure }}
            {{ order_by_clause or '' }}
        ))[1:{{ limit_num }}],
        'string_agg',
        {{ delimiter_text }}
        )
{%- else %}
    string_agg(
        {{ measure }},
        {{ delimiter_text }}
        {{ order_by_clause or '' }}
        )
{%- endif %}
{%- endmacro %}


{% macro duckdb__split_part(string_text, delimiter_text, part_number) %}
    string_split({{ string_text }}, {{ delimiter_text }})[ {{ part_number }} ]
{% endmacro %}


{# For dbt_utils' date spines and the like. #}
{% macro duckdb__generate_series(upper_bound) %}
    select
        generate_series as generated_number
    from generate_series(1, {{ upper_bound }})
{% endmacro %}


{# What config gives as one text or a list of them, as a list. #}
{% macro normalize_string_or_list(raw, field_name) %}
  {%- set given = [] if raw is none else [raw] if raw is string else raw -%}
  {%- if given is mapping or given is not sequence -%}
    {%- do exceptions.raise_compiler_error(field_name ~ ' must be a list of strings or a string') -%}
  {%- endif -%}
  {%- for item in given if item is not string -%}
    {%- do exceptions.raise_compiler_error(field_name ~ ' list values must be non-empty strings') -%}
  {%- endfor -%}
  {{ return(given | list) }}
{% endmacro %}
