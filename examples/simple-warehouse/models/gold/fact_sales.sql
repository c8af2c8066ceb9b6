{{ config(indexes=[{'columns': ['date_key']}, {'columns': ['customer_id']}, {'columns': ['product_id']}]) }}
-- One row for each line of an order that was not cancelled.
select
  items.order_item_id,
  items.order_id,
  orders.customer_id,
  items.product_id,
  to_char(orders.order_date, 'YYYYMMDD')::integer as date_key,
  orders.status,
  items.quantity,
  items.unit_price,
  items.line_amount as sales_amount
from {{ ref('clean_order_items') }} as items
join {{ ref('clean_orders') }} as orders using (order_id)
where orders.status <> 'cancelled'
