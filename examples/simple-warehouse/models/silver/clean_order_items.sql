select
  order_item_id,
  order_id,
  product_id,
  quantity,
  unit_price,
  (quantity * unit_price)::numeric(12, 2) as line_amount,
  updated_at
from {{ source('bronze', 'raw_order_items') }}
where quantity > 0 and unit_price >= 0
