select
    rank() over (order by total_revenue desc, product_id)::integer as revenue_rank,
    product_id,
    product_name,
    category,
    units_sold,
    total_revenue,
    round(100 * total_revenue / nullif(sum(total_revenue) over (), 0), 3) as revenue_share_percent
from {{ ref('product_revenue') }}
order by revenue_rank
limit {{ var('top_products', 10) }}
