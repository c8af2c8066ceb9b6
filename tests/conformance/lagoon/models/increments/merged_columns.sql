{{ config(unique_key='station_id', incremental_strategy='merge', merge_update_columns=['name'], merge_update_condition='DBT_INTERNAL_SOURCE.station_id <> 3',
  merge_update_set_expressions={'phase': 'DBT_INTERNAL_DEST.phase + 100'}) }}
select station_id, name || ' {{ var('phase') }}' as name, active, {{ var('phase') }} as phase
from {{ ref('raw_stations') }}
