-- Every order of today's batch is in staging, or among the rejected with its reason.
select raw.order_id
from {{ source('raw', 'orders_raw') }} as raw
left join {{ ref('orders_stg') }} as kept using (order_id)
left join {{ ref('orders_rejected') }} as rejected using (order_id)
where kept.order_id is null and rejected.order_id is null
