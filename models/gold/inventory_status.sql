with movements as (
    select
        product_id,
        sum(stock_change)::integer as net_movement,
        sum(quantity) filter (where transaction_type = 'OUT')::integer as units_out,
        max(transacted_at)::date as last_movement_date
    from {{ ref('silver_inventory_transactions') }}
    group by product_id
),

demand as (
    select product_id, sum(quantity)::integer as units_last_90_days
    from {{ ref('fact_sales') }}
    where is_revenue and ordered_at >= '{{ var("as_of_date") }}'::date - 90
    group by product_id
)

select
    products.product_id,
    products.product_name,
    products.category,
    products.stock_quantity,
    coalesce(movements.net_movement, 0) as net_movement,
    coalesce(movements.units_out, 0) as units_out,
    movements.last_movement_date,
    coalesce(demand.units_last_90_days, 0) as units_last_90_days,
    round(products.stock_quantity * 90.0 / nullif(demand.units_last_90_days, 0), 1) as days_of_stock,
    case
        when products.stock_quantity = 0 then 'out of stock'
        when products.stock_quantity < coalesce(demand.units_last_90_days, 0) / 3.0 then 'low'
        when demand.units_last_90_days is null then 'idle'
        else 'ok'
    end as stock_status
from {{ ref('silver_products') }} as products
left join movements on movements.product_id = products.product_id
left join demand on demand.product_id = products.product_id
