{{ bronze_select('customers', ['customer_id', 'email', 'first_name', 'last_name', 'customer_segment', 'loyalty_tier', 'registration_date']) }}
