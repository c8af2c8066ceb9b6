select
    {{ date_key('day') }} as date_key,
    day::date as date_day,
    extract(year from day)::integer as year,
    extract(quarter from day)::integer as quarter,
    extract(month from day)::integer as month,
    {{ month_name('day') }} as month_name,
    extract(week from day)::integer as iso_week,
    extract(isodow from day)::integer as iso_weekday,
    {{ weekday_name('day') }} as weekday_name,
    extract(isodow from day) in (6, 7) as is_weekend,
    day::date = (date_trunc('month', day) + interval '1 month' - interval '1 day')::date as is_month_end
from generate_series('{{ var("first_day") }}'::timestamp, '{{ var("last_day") }}'::timestamp, interval '1 day') as days (day)
