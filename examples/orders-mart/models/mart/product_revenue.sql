select
  product_id,
  max(product_name) as product_name,
  max(category) as category,
  sum(total_amount) as total_revenue,
  sum(quantity) as total_quantity,
  round(avg(total_amount), 2) as average_order_value
from {{ ref('orders_stg') }}
where {{ is_sold() }}
group by product_id
