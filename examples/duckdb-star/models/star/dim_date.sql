-- Every day from the first order to the last, whether something was sold or not.
select
  cast(day as date) as date,
  year(day) as year,
  quarter(day) as quarter,
  month(day) as month,
  day(day) as day_of_month,
  isodow(day) as iso_weekday,
  dayname(day) as weekday,
  isodow(day) >= 6 as is_weekend
from (
  select unnest(generate_series(min(order_date)::timestamp, max(order_date)::timestamp, interval 1 day)) as day
  from {{ ref('stg_order_lines') }}
)
