with deduplicated as (
    {{ one_row_per(ref('bronze_inventory_transactions'), 'transaction_id') }}
),

typed as (
    select
        transaction_id,
        product_id,
        {{ clean_choice('transaction_type', ['IN', 'OUT', 'ADJUSTMENT']) }} as transaction_type,
        quantity,
        {{ safe_timestamp('transaction_date') }} as transacted_at
    from deduplicated
)

select
    typed.transaction_id,
    typed.product_id,
    typed.transaction_type,
    typed.quantity,
    case typed.transaction_type when 'OUT' then -typed.quantity else typed.quantity end as stock_change,
    typed.transacted_at
from typed
join {{ ref('silver_products') }} as products on products.product_id = typed.product_id
where typed.transaction_type is not null
  and typed.quantity > 0
  and typed.transacted_at is not null
