{# What counts as revenue: orders that were not taken back. #}
{% macro is_sold() -%}
  order_status in ('completed', 'shipped', 'pending')
{%- endmacro %}
