{{ config(alias='ships_clean') }}
select
    ship_id,
    name,
    flag,
    {{ feet('length_m') }} as length_ft,
    built,
    active
from {{ ref('raw_ships') }}
{%- if var('phase') | int > 1 %}
union all
select 5, 'Ever Late', 'CA', {{ feet(10) }}, date '2022-02-02', true
{%- endif %}
