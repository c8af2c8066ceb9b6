-- The three marts tell the same revenue.
select daily, customers, products
from
  (select sum(revenue) as daily from {{ ref('daily_revenue') }}) as a,
  (select sum(lifetime_value) as customers from {{ ref('customer_ltv') }}) as b,
  (select sum(total_revenue) as products from {{ ref('product_revenue') }}) as c
where daily <> customers or daily <> products
