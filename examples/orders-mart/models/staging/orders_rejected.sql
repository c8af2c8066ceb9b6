select * from {{ ref('orders_checked') }} where reject_reason is not null
