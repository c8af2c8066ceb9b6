select
  user_id,
  trim(full_name) as full_name,
  lower(email) as email,
  country,
  cast(signup_at as date) as signup_date
from {{ source('oltp', 'users') }}
