with deduplicated as (
    {{ one_row_per(ref('bronze_customers'), 'customer_id') }}
)

select
    customer_id,
    {{ clean_text('email') }} as email,
    {{ capitals('trim(first_name)') }} as first_name,
    trim(last_name) as last_name,
    coalesce({{ clean_choice('customer_segment', ['Premium', 'Regular', 'New']) }}, 'Regular') as customer_segment,
    coalesce({{ clean_choice('loyalty_tier', ['Gold', 'Silver', 'Bronze', 'None']) }}, 'None') as loyalty_tier,
    {{ safe_timestamp('registration_date') }} as registered_at
from deduplicated
