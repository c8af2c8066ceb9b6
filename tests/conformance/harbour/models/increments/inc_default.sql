{{ config(unique_key='berth', on_schema_change='fail') }}
select berth, count(*) as calls{% if var('phase') | int > 1 %}, 0 as surprise{% endif %} from {{ ref('stg_calls') }} group by 1
