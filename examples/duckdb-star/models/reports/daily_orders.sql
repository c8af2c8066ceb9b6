select d.date, count(distinct f.order_id) as orders
from {{ ref('dim_date') }} as d
left join {{ ref('fact_orders') }} as f on f.order_date = d.date
group by d.date
