select station_id, name, timestamp '2024-01-01' + {{ var('phase') }} * interval 1 day as updated_at
{% if var('phase') > 1 %}, active{% endif %}
from {{ ref('raw_stations') }}
where station_id <> {{ var('phase') }}
