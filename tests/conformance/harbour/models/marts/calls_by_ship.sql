{{ config(
    indexes=[{'columns': ['ship_id'], 'unique': true}, {'columns': ['calls', 'tonnage'], 'type': 'btree'}],
    unlogged=true,
    grants={'select': ['public']}
) }}
{% set top = dbt_value("select max(ship_id) from " ~ ref('stg_ships')) %}
-- up to ship {{ top }}
select
    s.ship_id,
    s.name,
    count(c.call_id) as calls,
    coalesce(sum(c.tonnage), 0) as tonnage,
    {{ tides.level('max(c.berth)') }} as level
from {{ ref('stg_ships') }} s
left join {{ ref('stg_calls') }} c using (ship_id)
left join {{ ref('eph_berths') }} b on b.berth = c.berth
group by 1, 2
