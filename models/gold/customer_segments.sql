select
    ltv.customer_id,
    ltv.lifetime_value,
    ltv.order_count,
    threshold.segment,
    threshold.rank as segment_rank
from {{ ref('customer_ltv') }} as ltv
cross join lateral (
    select segment, rank
    from {{ ref('segment_thresholds') }} as thresholds
    where ltv.lifetime_value >= thresholds.min_lifetime_value
    order by thresholds.min_lifetime_value desc
    limit 1
) as threshold
