select
  customers.customer_id,
  customers.full_name,
  customers.email,
  customers.city,
  customers.created_at::date as customer_since,
  count(orders.order_id) as orders,
  min(orders.order_date)::date as first_order_day,
  max(orders.order_date)::date as last_order_day
from {{ ref('clean_customers') }} as customers
left join {{ ref('clean_orders') }} as orders
  on orders.customer_id = customers.customer_id and orders.status <> 'cancelled'
group by 1, 2, 3, 4, 5
