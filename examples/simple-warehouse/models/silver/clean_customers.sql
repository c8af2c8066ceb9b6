select
  customer_id,
  trim(first_name) as first_name,
  trim(last_name) as last_name,
  trim(first_name) || ' ' || trim(last_name) as full_name,
  lower(trim(email)) as email,
  coalesce(trim(city), 'Unknown') as city,
  created_at,
  updated_at
from {{ source('bronze', 'raw_customers') }}
where customer_id is not null
