-- A user is active on a day on which they place an order, whatever becomes of it.
select
    dates.date_day,
    count(distinct sales.customer_id)::integer as active_users,
    count(distinct sales.customer_id) filter (
        where customers.first_order_date = dates.date_day
    )::integer as new_buyers
from {{ ref('dim_date') }} as dates
left join {{ ref('fact_sales') }} as sales on sales.date_key = dates.date_key
left join {{ ref('dim_customers') }} as customers on customers.customer_id = sales.customer_id
group by 1
