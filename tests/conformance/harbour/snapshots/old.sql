{% snapshot ships_checked %}
{{ config(unique_key='ship_id', strategy='check', check_cols=['name', 'flag'], invalidate_hard_deletes=true) }}
select ship_id, case when ship_id = 1 and {{ var('phase') }} > 1 then 'Renamed' else name end as name, flag
from {{ ref('raw_ships') }} where ship_id <> 2 or {{ var('phase') }} = 1
{% endsnapshot %}
