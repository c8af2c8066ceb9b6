{{ config(location='out/plain_file.parquet') }}
select *, [depth] as depths from {{ ref('readings') }}
