{{ config(materialized='view') }}
-- Every order that ever came, once (its last load counts), with the reason why it is not used, if there is one.
with last_load as (
  select distinct on (order_id) *
  from {{ source('raw', 'orders_all') }}
  order by order_id, batch_id desc, load_date desc
),

typed as (
  select
    order_id,
    customer_id,
    product_id,
    trim(product_name) as product_name,
    trim(category) as category,
    price,
    quantity,
    lower(trim(order_status)) as order_status,
    {{ to_timestamp_or_null('order_timestamp') }} as order_timestamp,
    load_date
  from last_load
)

select
  *,
  case
    when price is null or price <= 0 then 'price'
    when quantity is null or quantity <= 0 then 'quantity'
    when order_status is null or order_status not in ('completed', 'shipped', 'pending', 'cancelled', 'returned') then 'status'
    when order_timestamp is null then 'timestamp'
    when order_timestamp < date '{{ var("first_day") }}' or order_timestamp >= date '{{ var("last_day") }}' + 1 then 'out of range'
  end as reject_reason
from typed
