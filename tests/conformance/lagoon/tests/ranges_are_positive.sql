select * from {{ ref('tides') }} where tidal_range < 0
