select *, [name, upper(name)] as names, {'name': name, 'since': opened} as entry, map {name: station_id} as ids
from {{ ref('raw_stations') }}
