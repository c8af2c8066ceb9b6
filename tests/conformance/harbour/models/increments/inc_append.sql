{{ config(incremental_strategy='append') }}
select call_id, tonnage{% if var('phase') | int > 1 %}, 'second' as run{% endif %}
from {{ ref('stg_calls') }}
{% if is_incremental() %}where call_id > (select max(call_id) from {{ this }}){% endif %}
