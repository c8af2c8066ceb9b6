-- depends_on: {{ ref('at_depth') }}
select *, {{ dbt.dateadd('week', 1, "timestamp '2024-01-31 10:00:00'") }} as later,
  {{ dbt.datediff("'2024-01-06'", "'2024-01-07'", 'week') }} as weeks,
  {{ dbt.last_day("date '2024-02-10'", 'quarter') }} as quarter_end,
  {{ dbt.split_part("'a-b-c'", "'-'", 2) }} as part
from {{ ref('at_depth') }}(1, 50)
