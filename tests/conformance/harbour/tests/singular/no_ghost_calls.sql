{{ config(tags=['singular'], error_if='>10', warn_if='>0', store_failures_as='table') }}
-- a call of a ship that is not there
select call_id from {{ ref('stg_calls') }} where ship_id not in (select ship_id from {{ ref('stg_ships') }}) or berth = 3
