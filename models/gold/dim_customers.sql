{{ config(indexes=[{'columns': ['customer_id'], 'unique': true}]) }}

select
    customers.customer_id,
    customers.first_name,
    customers.last_name,
    customers.email,
    customers.customer_segment,
    customers.loyalty_tier,
    customers.registered_at,
    min(orders.order_date) as first_order_date,
    max(orders.order_date) as last_order_date,
    count(orders.order_id)::integer as order_count
from {{ ref('silver_customers') }} as customers
left join {{ ref('silver_orders') }} as orders on orders.customer_id = customers.customer_id and orders.is_revenue
group by 1, 2, 3, 4, 5, 6, 7
