{{ config(incremental_strategy='microbatch', unique_key='call_id', event_time='arrived_at', batch_size='day', begin='2024-01-01', lookback=1) }}
select call_id, arrived_at, tonnage from {{ ref('stg_calls') }}
