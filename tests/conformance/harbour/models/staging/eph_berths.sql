{{ config(materialized='ephemeral') }}
with b as (select distinct berth from {{ ref('stg_calls') }})
select berth, '{{ var("berth_prefix") }}' || berth as berth_name from b
