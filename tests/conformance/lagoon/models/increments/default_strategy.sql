{{ config(unique_key='reading_id') }}
select reading_id, depth * {{ var('phase') }} as depth, {{ var('phase') }} as phase
from {{ ref('raw_readings') }}
{% if is_incremental() %} where reading_id >= 4 {% endif %}
