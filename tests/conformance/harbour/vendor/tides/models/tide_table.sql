select {{ var('low') }} as low, '{{ var('unit') }}'::text as unit, '{{ var('harbour_only', 'unset') }}'::text as whose
