select
    channel,
    count(*)::integer as campaign_count,
    sum(budget)::numeric(14, 2) as total_budget,
    count(roi)::integer as measured_campaigns,
    round(avg(roi), 2) as average_roi_percent,
    -- Return on investment weighted by what was spent; campaigns that nobody measured stay out of it.
    round(sum(budget * roi) filter (where roi is not null) / nullif(sum(budget) filter (where roi is not null), 0), 2) as weighted_roi_percent,
    sum(round(budget * (1 + roi / 100), 2)) filter (where roi is not null)::numeric(14, 2) as attributed_revenue,
    rank() over (order by sum(budget * roi) filter (where roi is not null) / nullif(sum(budget) filter (where roi is not null), 0) desc nulls last)::integer as roi_rank
from {{ ref('silver_campaigns') }}
group by channel
