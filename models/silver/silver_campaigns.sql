with deduplicated as (
    {{ one_row_per(ref('bronze_marketing_campaigns'), 'campaign_id') }}
)

select
    campaign_id,
    trim(campaign_name) as campaign_name,
    coalesce({{ clean_choice('channel', ['EMAIL', 'SMS', 'SOCIAL', 'DISPLAY', 'SEARCH']) }}, 'UNKNOWN') as channel,
    budget,
    roi
from deduplicated
where budget > 0
