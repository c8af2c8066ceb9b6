-- The days' revenue and the products' revenue are the fact table's, to the cent.
with totals as (
    select
        (select sum(revenue) from {{ ref('fact_sales') }}) as fact,
        (select sum(revenue) from {{ ref('daily_revenue') }}) as days,
        (select sum(total_revenue) from {{ ref('product_revenue') }}) as products,
        (select sum(lifetime_value) from {{ ref('customer_ltv') }}) as customers
)

select * from totals
where fact <> days or fact <> products or fact <> customers
