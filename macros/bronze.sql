{#- A raw table as it came, with where it came from and a hash of the row, so that every later row can be traced to its origin. -#}
{% macro bronze_select(table, columns) -%}
select
  {%- for column in columns %}
  {{ column }},
  {%- endfor %}
  'raw.{{ table }}' as _source_table,
  md5(concat_ws('|'
    {%- for column in columns %}, coalesce({{ column }}::text, '~'){% endfor %})) as _row_hash
from {{ source('raw', table) }}
{%- endmacro %}
