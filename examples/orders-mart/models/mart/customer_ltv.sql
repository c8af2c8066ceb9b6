select
  customer_id,
  count(*) as orders,
  sum(total_amount) as lifetime_value,
  round(avg(total_amount), 2) as average_order_value,
  min(order_timestamp) as first_order_at,
  max(order_timestamp) as last_order_at
from {{ ref('orders_stg') }}
where {{ is_sold() }}
group by customer_id
