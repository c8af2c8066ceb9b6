-- Where no line of an order was rejected or repeated, its lines add up to the total that the source wrote.
{{ config(severity='warn') }}

with lines as (
    select orders.order_id, orders.source_total_amount, sum(items.line_amount) as line_total, count(*) as lines
    from {{ ref('silver_orders') }} as orders
    join {{ ref('silver_order_items') }} as items on items.order_id = orders.order_id
    group by 1, 2
),

raw_lines as (
    select order_id, count(distinct order_item_id) as lines
    from {{ ref('bronze_order_items') }}
    group by 1
)

select lines.*
from lines
join raw_lines on raw_lines.order_id = lines.order_id and raw_lines.lines = lines.lines
where abs(lines.line_total - lines.source_total_amount) > 0.01
