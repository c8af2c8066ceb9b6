{{ config(unique_key='station_id', incremental_strategy='merge') }}
select station_id, name || ' {{ var('phase') }}' as name, active
from {{ ref('raw_stations') }}
{% if is_incremental() %} where station_id >= 2 union all select 9, 'nine', true {% endif %}
