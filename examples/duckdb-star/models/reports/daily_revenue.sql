select d.date, coalesce(sum(f.revenue), 0)::decimal(14, 2) as revenue
from {{ ref('dim_date') }} as d
left join {{ ref('fact_orders') }} as f on f.order_date = d.date
group by d.date
