{{ config(indexes=[{'columns': ['product_id'], 'unique': true}]) }}

select
    product_id,
    sku,
    product_name,
    category,
    price as list_price,
    case
        when price is null then 'no price'
        when price < 25 then 'low'
        when price < 150 then 'middle'
        else 'high'
    end as price_band
from {{ ref('silver_products') }}
