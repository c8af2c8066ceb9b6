select
  product_id,
  product_name,
  upper(category[1]) || lower(category[2:]) as category,
  price as list_price
from {{ source('oltp', 'products') }}
