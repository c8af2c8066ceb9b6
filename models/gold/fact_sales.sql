-- Grain: one row per order line. New and changed orders of the last days are merged into what is there.
{{ config(
    materialized='incremental',
    unique_key='order_item_id',
    incremental_strategy='delete+insert',
    on_schema_change='append_new_columns',
    indexes=[{'columns': ['order_item_id'], 'unique': true}, {'columns': ['date_key']}, {'columns': ['customer_id']}]
) }}

select
    items.order_item_id,
    items.order_id,
    {{ date_key('orders.order_date') }} as date_key,
    orders.customer_id,
    items.product_id,
    orders.order_status,
    orders.is_revenue,
    orders.ordered_at,
    items.quantity,
    items.unit_price,
    items.line_amount,
    case when orders.is_revenue then items.line_amount else 0 end as revenue
from {{ ref('silver_order_items') }} as items
join {{ ref('silver_orders') }} as orders on orders.order_id = items.order_id
{% if is_incremental() %}
where orders.ordered_at >= (select coalesce(max(ordered_at), '1900-01-01') - interval '3 days' from {{ this }})
{% endif %}
