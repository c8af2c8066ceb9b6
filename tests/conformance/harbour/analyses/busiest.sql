select * from {{ ref('calls_by_ship') }} order by calls desc limit {{ var('depth') }}
