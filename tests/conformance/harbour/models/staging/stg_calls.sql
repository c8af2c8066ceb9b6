{%- set columns = ['call_id', 'ship_id', 'berth', 'arrived_at', 'tonnage'] -%}
with source as (select * from {{ source('port', 'calls') }})

select
    {% for column in columns -%}
    {{ column }}{{ ',' if not loop.last }}
    {% endfor %}
from source
where arrived_at < timestamp '2024-01-0{{ 3 + (var("phase") | int) }}'
