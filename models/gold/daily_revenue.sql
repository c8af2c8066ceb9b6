select
    dates.date_key,
    dates.date_day,
    count(distinct sales.order_id) filter (where sales.is_revenue)::integer as order_count,
    coalesce(sum(sales.quantity) filter (where sales.is_revenue), 0)::integer as units,
    coalesce(sum(sales.revenue), 0)::numeric(14, 2) as revenue,
    round(coalesce(sum(sales.revenue), 0) / nullif(count(distinct sales.order_id) filter (where sales.is_revenue), 0), 2) as average_order_value,
    sum(coalesce(sum(sales.revenue), 0)) over (
        partition by dates.year, dates.month order by dates.date_day
    )::numeric(14, 2) as revenue_month_to_date
from {{ ref('dim_date') }} as dates
left join {{ ref('fact_sales') }} as sales on sales.date_key = dates.date_key
group by dates.date_key, dates.date_day, dates.year, dates.month
