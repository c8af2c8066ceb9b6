select
  to_char(day, 'YYYYMMDD')::integer as date_key,
  day::date as full_date,
  extract(year from day)::integer as year,
  extract(quarter from day)::integer as quarter,
  extract(month from day)::integer as month,
  to_char(day, 'FMMonth') as month_name,
  extract(day from day)::integer as day_of_month,
  extract(isodow from day)::integer as day_of_week,
  to_char(day, 'FMDay') as day_name,
  extract(isodow from day) in (6, 7) as is_weekend
from generate_series(date '{{ var("first_day") }}', date '{{ var("last_day") }}', interval '1 day') as day
