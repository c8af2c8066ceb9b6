{#- What Postgres and DuckDB word each in its own way: macros of the demo that dispatch, as a project of two engines does it. -#}

{#- Every word with a capital, the rest small. -#}
{% macro capitals(text) -%}
  {{ return(adapter.dispatch('capitals', 'shop')(text)) }}
{%- endmacro %}

{% macro default__capitals(text) -%}
  initcap({{ text }})
{%- endmacro %}

{#- A letter begins a word where none stands before it. -#}
{% macro duckdb__capitals(text) -%}
  array_to_string(
    list_transform(
      range(1, length({{ text }}) + 1),
      lambda i: case
        when i = 1 or not regexp_matches({{ text }}[i - 1], '[[:alnum:]]') then upper({{ text }}[i])
        else lower({{ text }}[i])
      end
    ),
    ''
  )
{%- endmacro %}


{#- A day as 20240131. -#}
{% macro date_key(day) -%}
  {{ return(adapter.dispatch('date_key', 'shop')(day)) }}
{%- endmacro %}

{% macro default__date_key(day) -%}
  to_char({{ day }}, 'YYYYMMDD')::integer
{%- endmacro %}

{% macro duckdb__date_key(day) -%}
  strftime({{ day }}, '%Y%m%d')::integer
{%- endmacro %}


{#- The English names of a day's month and weekday. -#}
{% macro month_name(day) -%}
  {{ return(adapter.dispatch('month_name', 'shop')(day)) }}
{%- endmacro %}

{% macro default__month_name(day) -%}
  to_char({{ day }}, 'FMMonth')
{%- endmacro %}

{% macro duckdb__month_name(day) -%}
  monthname({{ day }})
{%- endmacro %}

{% macro weekday_name(day) -%}
  {{ return(adapter.dispatch('weekday_name', 'shop')(day)) }}
{%- endmacro %}

{% macro default__weekday_name(day) -%}
  to_char({{ day }}, 'FMDay')
{%- endmacro %}

{% macro duckdb__weekday_name(day) -%}
  dayname({{ day }})
{%- endmacro %}


{#- A timestamp from DD/MM/YYYY. -#}
{% macro day_first_timestamp(text) -%}
  {{ return(adapter.dispatch('day_first_timestamp', 'shop')(text)) }}
{%- endmacro %}

{% macro default__day_first_timestamp(text) -%}
  to_timestamp({{ text }}, 'DD/MM/YYYY')::timestamp
{%- endmacro %}

{% macro duckdb__day_first_timestamp(text) -%}
  strptime({{ text }}, '%d/%m/%Y')
{%- endmacro %}
