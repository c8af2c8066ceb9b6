{{ config(indexes=[
    {'columns': ['order_id'], 'unique': true},
    {'columns': ['customer_id']},
    {'columns': ['ordered_at']}
]) }}

with deduplicated as (
    {{ one_row_per(ref('bronze_orders'), 'order_id') }}
),

typed as (
    select
        order_id,
        customer_id,
        {{ safe_timestamp('order_date') }} as ordered_at,
        {{ clean_choice('order_status', ['Pending', 'Processing', 'Shipped', 'Delivered', 'Cancelled']) }} as order_status,
        total_amount
    from deduplicated
)

select
    typed.order_id,
    typed.customer_id,
    typed.ordered_at,
    typed.ordered_at::date as order_date,
    typed.order_status,
    statuses.is_revenue,
    typed.total_amount as source_total_amount
from typed
join {{ ref('order_statuses') }} as statuses on statuses.order_status = typed.order_status
join {{ ref('silver_customers') }} as customers on customers.customer_id = typed.customer_id
where typed.ordered_at >= '{{ var("first_day") }}'::date
  and typed.ordered_at < '{{ var("last_day") }}'::date + 1
