{# The server counts from the end itself only since Postgres 14. #}
{% macro postgres__split_part(string_text, delimiter_text, part_number) %}

  {% set implementation = dbt.default__split_part if part_number >= 0 else dbt._split_part_negative %}
    {{ implementation(string_text, delimiter_text, part_number) }}
  {# as compiled SQL has it #}

{% endmacro %}
