-- Products without a SKU, categories left out: they are no products.
SELECT system, count(*) AS records, min(coalesce(name, id), 3) AS examples FROM products
WHERE active AND sku_key IS NULL AND item_type IS DISTINCT FROM 'Category'
GROUP BY system ORDER BY system
