-- Every raw row that silver leaves out, with the reason: nothing vanishes without a trace. Repeated rows are not rejects.
{%- set pairs = [
    ('bronze_orders', 'silver_orders', 'order_id'),
    ('bronze_order_items', 'silver_order_items', 'order_item_id'),
    ('bronze_inventory_transactions', 'silver_inventory_transactions', 'transaction_id'),
    ('bronze_marketing_campaigns', 'silver_campaigns', 'campaign_id'),
] %}

{% for bronze, silver, key in pairs %}
select distinct on (bronze.{{ key }})
    bronze._source_table as source_table,
    bronze.{{ key }} as source_key,
    case
    {%- if bronze == 'bronze_orders' %}
        when bronze.customer_id is null or not exists (
            select 1 from {{ ref('silver_customers') }} as customers where customers.customer_id = bronze.customer_id
        ) then 'unknown customer'
        when {{ safe_timestamp('bronze.order_date') }} is null then 'bad date'
        when {{ clean_choice('bronze.order_status', ['Pending', 'Processing', 'Shipped', 'Delivered', 'Cancelled']) }} is null then 'unknown status'
        else 'date out of range'
    {%- elif bronze == 'bronze_order_items' %}
        when bronze.product_id is null then 'unknown product'
        when bronze.quantity <= 0 then 'bad quantity'
        when bronze.unit_price < 0 then 'bad price'
        else 'order was rejected'
    {%- elif bronze == 'bronze_inventory_transactions' %}
        when {{ clean_choice('bronze.transaction_type', ['IN', 'OUT', 'ADJUSTMENT']) }} is null then 'unknown type'
        when bronze.quantity <= 0 then 'bad quantity'
        when {{ safe_timestamp('bronze.transaction_date') }} is null then 'bad date'
        else 'unknown product'
    {%- else %}
        when bronze.budget <= 0 then 'bad budget'
        else 'other'
    {%- endif %}
    end as reason,
    bronze._row_hash as row_hash
from {{ ref(bronze) }} as bronze
where not exists (select 1 from {{ ref(silver) }} as silver where silver.{{ key }} = bronze.{{ key }})
{% if not loop.last %}union all{% endif %}
{% endfor %}
