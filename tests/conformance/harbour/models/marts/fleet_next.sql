select ship_id, name, flag, active from {{ ref('stg_ships') }} where active
