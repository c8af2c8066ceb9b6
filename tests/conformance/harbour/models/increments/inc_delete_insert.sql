{{ config(unique_key=['ship_id', 'berth'], incremental_strategy='delete+insert', incremental_predicates=["berth > 0"], on_schema_change='sync_all_columns') }}
select ship_id, berth, sum(tonnage) as tonnage{% if var('phase') | int == 1 %}, max(arrived_at) as last_at{% else %}, count(*)::integer as calls{% endif %}
from {{ ref('stg_calls') }} group by 1, 2
