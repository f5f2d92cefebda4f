-- Items that already have one of these names.
SELECT id, name, name_key, active, item_type, income_account, taxable FROM products
WHERE system = 'quickbooks' AND list_contains($names::VARCHAR[], name_key)
ORDER BY active, length(id) DESC, id DESC
