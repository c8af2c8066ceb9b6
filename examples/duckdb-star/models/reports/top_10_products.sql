select
  row_number() over (order by sum(f.revenue) desc, p.product_id) as rank,
  p.product_id,
  p.product_name,
  p.category,
  sum(f.quantity)::bigint as units,
  sum(f.revenue)::decimal(14, 2) as revenue
from {{ ref('fact_orders') }} as f
join {{ ref('dim_products') }} as p using (product_id)
group by p.product_id, p.product_name, p.category
qualify rank <= 10
