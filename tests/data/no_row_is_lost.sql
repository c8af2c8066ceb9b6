-- Every order key of the source is either in silver or among the rejects, and never in both.
select bronze.order_id
from (select distinct order_id from {{ ref('bronze_orders') }}) as bronze
left join {{ ref('silver_orders') }} as kept on kept.order_id = bronze.order_id
left join {{ ref('silver_rejects') }} as rejected
    on rejected.source_table = 'raw.orders' and rejected.source_key = bronze.order_id
where (kept.order_id is null) = (rejected.source_key is null)
