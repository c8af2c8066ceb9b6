{{ config(unique_key='ship_id', incremental_strategy='merge', merge_update_columns=['last_phase'], on_schema_change='ignore') }}
select ship_id, {{ var('phase') }} as first_phase, {{ var('phase') }} as last_phase{% if var('phase') | int > 1 %}, 1 as extra{% endif %} from {{ ref('stg_ships') }}
