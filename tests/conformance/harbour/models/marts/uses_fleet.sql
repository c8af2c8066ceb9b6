{{ config(materialized='view', access='public') }}
select a.ship_id, b.name, {{ function('tonnes_to_kilos') }}(2) as kilos
from {{ ref('fleet') }} a join {{ ref('fleet', version=1) }} b using (ship_id)
