{{ config(contract={'enforced': true}) }}
select day::date as day, (1 + (day::date - date '2024-01-01') % 2)::integer as keeper_id
from generate_series(timestamp '2024-01-01', timestamp '2024-01-0{{ 4 + var('phase') }}', interval 1 day) as days(day)
-- the keepers come first: {{ ref('keeper') }}
