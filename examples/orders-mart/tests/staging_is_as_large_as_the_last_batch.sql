-- Staging is cumulative: together with what it refused it has at least the rows of today's batch.
select kept, refused, today
from
  (select count(*) as kept from {{ ref('orders_stg') }}) as a,
  (select count(*) as refused from {{ ref('orders_rejected') }}) as b,
  (select count(*) as today from {{ source('raw', 'orders_raw') }}) as c
where kept + refused < today
