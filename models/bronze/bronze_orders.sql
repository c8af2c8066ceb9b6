{{ bronze_select('orders', ['order_id', 'customer_id', 'order_date', 'order_status', 'total_amount']) }}
