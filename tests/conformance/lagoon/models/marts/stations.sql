{{ config(indexes=[{'columns': ['opened']}, {'columns': ['station_id', 'name'], 'unique': true}], grants={'select': ['nobody']}) }}
select station_id, name, opened, active, notes from {{ ref('station_names') }}
