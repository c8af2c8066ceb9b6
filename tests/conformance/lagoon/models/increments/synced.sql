{{ config(incremental_strategy='append', on_schema_change='sync_all_columns') }}
select station_id{% if var('phase') == 1 %}, 'old' as gone{% else %}, 2.5::double as came{% endif %}
from {{ ref('raw_stations') }}
