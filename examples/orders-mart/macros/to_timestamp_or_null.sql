{# The moment that a text of YYYY-MM-DD HH:MM:SS names, or null where it names none: 30 February is no day. #}
{% macro to_timestamp_or_null(column) -%}
  case
    when {{ column }} ~ '^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]) ([01]\d|2[0-3]):[0-5]\d:[0-5]\d$'
      and substring({{ column }}, 9, 2)::integer <= extract(day from
        (substring({{ column }}, 1, 7) || '-01')::date + interval '1 month' - interval '1 day')
      then {{ column }}::timestamp
  end
{%- endmacro %}
