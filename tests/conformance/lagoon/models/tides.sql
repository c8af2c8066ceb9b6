select tides.station, tides.high - tides.low as tidal_range, moons.phase, moons.at.day as full_moon_day
from {{ source('harbour_files', 'tides') }} as tides
cross join {{ source('harbour_files', 'moons') }} as moons
where moons.phase = 'full'
