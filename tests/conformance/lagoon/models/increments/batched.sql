{{ config(incremental_strategy='microbatch', event_time='taken_at', batch_size='day', begin='2024-01-01', lookback=1, concurrent_batches=false) }}
select reading_id, taken_at, depth, {{ var('phase') }} as phase from {{ ref('readings') }}
