select
  order_id,
  customer_id,
  order_date,
  lower(trim(status)) as status,
  total_amount,
  updated_at
from {{ source('bronze', 'raw_orders') }}
where order_date is not null
