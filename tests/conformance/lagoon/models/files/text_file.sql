{{ config(location="out/text_{{ this.name }}.csv.gz", options={'delimiter': '|'}) }}
select station_id, name, notes from {{ ref('raw_stations') }}
