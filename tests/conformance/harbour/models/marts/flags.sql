{{ config(materialized='materialized_view', persist_docs={}) }}
select flag, count(*) as ships from {{ ref('fleet', v=1) }} group by 1
