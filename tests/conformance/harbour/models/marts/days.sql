{{ config(materialized='view') }}
select d::date as day from generate_series(date '2024-01-01', date '2024-01-05', interval '1 day') d
