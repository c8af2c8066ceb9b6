-- An order's total is the sum of its lines, as the shop had them.
select orders.order_id, orders.total_amount, sum(items.quantity * items.unit_price) as lines
from {{ source('bronze', 'raw_orders') }} as orders
join {{ source('bronze', 'raw_order_items') }} as items using (order_id)
where orders.order_id not in (select order_id from {{ source('bronze', 'raw_order_items') }} where quantity = 0)
group by 1, 2
having orders.total_amount <> sum(items.quantity * items.unit_price)
