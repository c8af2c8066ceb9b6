select
    customers.customer_id,
    customers.customer_segment,
    customers.loyalty_tier,
    count(distinct sales.order_id)::integer as order_count,
    coalesce(sum(sales.revenue), 0)::numeric(14, 2) as lifetime_value,
    round(coalesce(sum(sales.revenue), 0) / nullif(count(distinct sales.order_id), 0), 2) as average_order_value,
    min(sales.ordered_at)::date as first_order_date,
    max(sales.ordered_at)::date as last_order_date,
    ('{{ var("as_of_date") }}'::date - max(sales.ordered_at)::date) as days_since_last_order
from {{ ref('dim_customers') }} as customers
left join {{ ref('fact_sales') }} as sales on sales.customer_id = customers.customer_id and sales.is_revenue
group by 1, 2, 3
