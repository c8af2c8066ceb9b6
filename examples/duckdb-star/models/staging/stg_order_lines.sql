-- One row per line of an order, from the shop and from its partners, with typed dates and its revenue.
select
  'shop' as channel,
  o.order_id,
  o.user_id,
  i.product_id,
  cast(o.order_date as date) as order_date,
  i.quantity,
  cast(i.quantity * i.price as decimal(12, 2)) as revenue
from {{ source('oltp', 'orders') }} as o
join {{ source('oltp', 'order_items') }} as i using (order_id)

union all

select distinct
  'partner',
  order_id,
  user_id,
  product_id,
  coalesce(try_strptime(order_date, '%Y-%m-%d'), try_strptime(order_date, '%d/%m/%Y'))::date,
  quantity,
  cast(quantity * price as decimal(12, 2))
from {{ source('partners', 'partner_orders') }}
