{#- Text without blanks around it; what sources write for "nothing" becomes null. -#}
{% macro clean_text(column) -%}
  nullif(nullif(nullif(lower(trim({{ column }})), ''), 'n/a'), 'none')
{%- endmacro %}

{#- The member of `values` that the column spells, whatever its case and blanks; null for anything else. -#}
{% macro clean_choice(column, values) -%}
  case lower(trim({{ column }}))
    {%- for value in values %}
    when '{{ value | lower }}' then '{{ value }}'
    {%- endfor %}
  end
{%- endmacro %}

{#-
  A timestamp from text, or null where the text is no moment: ISO dates with or without a time, and DD/MM/YYYY as people type it.
  Days that the month does not have (February 30) are refused before the cast, which would fail.
-#}
{% macro safe_timestamp(column) -%}
  case
    when {{ column }} ~ '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])( ([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9])?$'
      and substr({{ column }}, 1, 4) >= '1900'
      then case
        when substr({{ column }}, 9, 2)::integer <= extract(day from (substr({{ column }}, 1, 7) || '-01')::date + interval '1 month' - interval '1 day')
          then {{ column }}::timestamp
      end
    when {{ column }} ~ '^(0[1-9]|[12][0-9]|3[01])/(0[1-9]|1[0-2])/[0-9]{4}$'
      then case
        when substr({{ column }}, 1, 2)::integer <= extract(day from (substr({{ column }}, 7, 4) || '-' || substr({{ column }}, 4, 2) || '-01')::date + interval '1 month' - interval '1 day')
          then {{ day_first_timestamp(column) }}
      end
  end
{%- endmacro %}

{#- Keeps one row for each key: the export repeats some rows. -#}
{% macro one_row_per(relation, key) -%}
  select distinct on ({{ key }}) *
  from {{ relation }}
  where {{ key }} is not null
  order by {{ key }}, _row_hash
{%- endmacro %}
