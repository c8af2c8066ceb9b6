{% set segments = var('segments') %}
select
  customer_id,
  lifetime_value,
  case
    {%- for segment, least in segments.items() %}
    when lifetime_value >= {{ least }} then '{{ segment }}'
    {%- endfor %}
    else 'Low'
  end as segment
from {{ ref('customer_ltv') }}
