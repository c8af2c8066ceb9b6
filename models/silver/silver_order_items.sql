{{ config(indexes=[{'columns': ['order_id']}, {'columns': ['product_id']}]) }}

with deduplicated as (
    {{ one_row_per(ref('bronze_order_items'), 'order_item_id') }}
)

select
    items.order_item_id,
    items.order_id,
    items.product_id,
    items.quantity,
    items.unit_price,
    (items.quantity * items.unit_price)::numeric(12, 2) as line_amount
from deduplicated as items
join {{ ref('silver_orders') }} as orders on orders.order_id = items.order_id
join {{ ref('silver_products') }} as products on products.product_id = items.product_id
where items.quantity > 0
  and items.unit_price >= 0
