{{ config(contract={'enforced': true}, pre_hook="insert into {{ target.schema }}.audit values ('before', 'berths')") }}
select berth::integer as berth, berth_name::text as berth_name, current_date > date '2020-01-01' as is_open
from {{ ref('eph_berths') }}
