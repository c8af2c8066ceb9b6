{{ bronze_select('products', ['product_id', 'product_name', 'sku', 'category', 'price', 'stock_quantity']) }}
