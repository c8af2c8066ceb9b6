{# The server counts from the end itself only since Postgres 14. #}
{% macro postgres__split_part(string_text, delimiter_text, part_number) %}

  {{ '' }}
    {{ (dbt.default__split_part if part_number >= 0 else dbt._split_part_negative)(string_text, delimiter_text, part_number) }}
  {{ '' }}

{% endmacro %}
