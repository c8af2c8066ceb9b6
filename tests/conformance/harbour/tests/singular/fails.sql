select berth from {{ ref('berths') }} where berth >= 2
