with deduplicated as (
    {{ one_row_per(ref('bronze_products'), 'product_id') }}
)

select
    product_id,
    trim(product_name) as product_name,
    upper(trim(sku)) as sku,
    coalesce({{ capitals('trim(category)') }}, 'Unknown') as category,
    -- A price below zero is a sign slip of the export; without a price the product cannot be sold.
    abs(price)::numeric(10, 2) as price,
    greatest(coalesce(stock_quantity, 0), 0) as stock_quantity
from deduplicated
