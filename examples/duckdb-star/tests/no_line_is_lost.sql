-- The fact table has each line of the shop once, and each of the partners' orders once.
select *
from (
  select
    (select count(*) from {{ source('oltp', 'order_items') }})
    + (select count(distinct order_id) from {{ source('partners', 'partner_orders') }}) as expected,
    (select count(*) from {{ ref('fact_orders') }}) as found
)
where expected <> found
