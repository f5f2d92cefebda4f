-- The content that was looked at, so that an unchanged record is not looked at again; rules count as content.
INSERT OR REPLACE INTO evaluated (entity, system, id, fields_hash, rules_hash)
SELECT a.entity, a.system, a.id, current_rows.fields_hash, a.rules_hash
FROM answered AS a
JOIN (
  SELECT 'customer' AS entity, system, id, fields_hash FROM customers
  UNION ALL SELECT 'product', system, id, fields_hash FROM products
  UNION ALL SELECT 'invoice', system, id, fields_hash FROM invoices
  UNION ALL SELECT 'payment', system, id, fields_hash FROM payments
) AS current_rows ON current_rows.entity = a.entity AND current_rows.system = a.system AND current_rows.id = a.id
WHERE a.evaluated
