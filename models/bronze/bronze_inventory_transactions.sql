{{ bronze_select('inventory_transactions', ['transaction_id', 'product_id', 'transaction_type', 'quantity', 'transaction_date']) }}
