{{ config(location='out/lines.json', format='json') }}
select station_id, entry from {{ ref('station_names') }}
