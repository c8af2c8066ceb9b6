{{ config(unique_key=['reading_id', 'station_id'], incremental_strategy='delete+insert', incremental_predicates=['DBT_INCREMENTAL_TARGET.reading_id <> 4']) }}
select reading_id, station_id, {{ var('phase') }} as phase
from {{ ref('raw_readings') }}
{% if is_incremental() %} where reading_id >= 4 {% endif %}
