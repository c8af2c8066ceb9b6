{{ config(materialized='table_function', parameters=['least', 'most']) }}
select reading_id, depth from {{ ref('readings') }} where depth between least and most
