select
  order_date,
  count(*) as orders,
  sum(total_amount) as revenue
from {{ ref('orders_stg') }}
where {{ is_sold() }}
group by order_date
