{{ config(incremental_strategy='append', on_schema_change='append_new_columns') }}
select station_id, {{ var('phase') }} as phase{% if var('phase') > 1 %}, 'new' as extra{% endif %}
from {{ ref('raw_stations') }}
