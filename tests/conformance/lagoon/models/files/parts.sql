{{ config(location='out/parts', options={'partition_by': 'station_id, day', 'overwrite': 1}) }}
select station_id, taken_at::date as day, depth from {{ ref('readings') }}
