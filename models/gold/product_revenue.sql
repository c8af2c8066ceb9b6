select
    products.product_id,
    products.sku,
    products.product_name,
    products.category,
    coalesce(sum(sales.quantity) filter (where sales.is_revenue), 0)::integer as units_sold,
    count(distinct sales.order_id) filter (where sales.is_revenue)::integer as order_count,
    coalesce(sum(sales.revenue), 0)::numeric(14, 2) as total_revenue,
    round(coalesce(sum(sales.revenue), 0) / nullif(count(distinct sales.order_id) filter (where sales.is_revenue), 0), 2) as average_order_value
from {{ ref('dim_products') }} as products
left join {{ ref('fact_sales') }} as sales on sales.product_id = products.product_id
group by 1, 2, 3, 4
