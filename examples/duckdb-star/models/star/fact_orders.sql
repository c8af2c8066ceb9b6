-- Grain: one row per line of an order.
select order_id, user_id, product_id, order_date, quantity, revenue, channel
from {{ ref('stg_order_lines') }}
order by order_date, order_id, product_id
