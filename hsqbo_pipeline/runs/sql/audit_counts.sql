-- What stands on each side and how much of it has a partner. Payments of QuickBooks are counted as they are, not by their shares.
WITH known AS (
  SELECT 'customer' AS entity, system, id FROM customers WHERE active
  UNION ALL SELECT 'product', system, id FROM products WHERE active
  UNION ALL SELECT 'invoice', system, id FROM invoices
  UNION ALL SELECT 'payment', system, id FROM payments WHERE active AND kind = 'payment'
),
paired AS (
  SELECT DISTINCT entity, 'hubspot' AS system, hubspot_id AS id FROM links
  UNION SELECT DISTINCT entity, 'quickbooks', split_part(quickbooks_id, ':', 1) FROM links
)
SELECT k.entity, k.system, count(*)::INTEGER AS records, count(p.id)::INTEGER AS paired
FROM known AS k LEFT JOIN paired AS p ON p.entity = k.entity AND p.system = k.system AND p.id = k.id
GROUP BY k.entity, k.system
ORDER BY CASE k.entity WHEN 'customer' THEN 1 WHEN 'product' THEN 2 WHEN 'invoice' THEN 3 ELSE 4 END, k.system
