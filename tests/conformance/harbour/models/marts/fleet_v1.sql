select ship_id, name, flag from {{ ref('stg_ships') }}
