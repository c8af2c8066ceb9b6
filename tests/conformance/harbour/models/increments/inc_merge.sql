{{ config(unique_key='ship_id', incremental_strategy='merge', merge_exclude_columns=['first_phase']) }}
select ship_id, name, {{ var('phase') }} as first_phase, {{ var('phase') }} as last_phase from {{ ref('stg_ships') }}
