{{ config(indexes=[{'columns': ['order_timestamp']}, {'columns': ['customer_id']}]) }}
select
  order_id,
  customer_id,
  product_id,
  product_name,
  category,
  price,
  quantity,
  (price * quantity)::numeric(12, 2) as total_amount,
  order_status,
  order_timestamp,
  order_timestamp::date as order_date,
  load_date
from {{ ref('orders_checked') }}
where reject_reason is null
