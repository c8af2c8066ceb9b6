select
  product_id,
  trim(product_name) as product_name,
  coalesce(initcap(trim(category)), 'Unknown') as category,
  price,
  updated_at
from {{ source('bronze', 'raw_products') }}
where price >= 0
