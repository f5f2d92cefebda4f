-- Linked pairs: do both sides say the same? Texts are compared trimmed, e-mails without case, numbers as numbers.
WITH customer_pairs AS (
  SELECT h.id, unnest([
    {'field': 'email', 'hubspot': lower(h.email), 'quickbooks': lower(q.email)}, {'field': 'first_name', 'hubspot': h.first_name, 'quickbooks': q.first_name},
    {'field': 'last_name', 'hubspot': h.last_name, 'quickbooks': q.last_name}, {'field': 'company', 'hubspot': h.company, 'quickbooks': q.company},
    {'field': 'phone', 'hubspot': h.phone, 'quickbooks': q.phone}, {'field': 'address', 'hubspot': h.address, 'quickbooks': q.address},
    {'field': 'city', 'hubspot': h.city, 'quickbooks': q.city}, {'field': 'zip', 'hubspot': h.zip, 'quickbooks': q.zip}]) AS t
  FROM links AS l
  JOIN customers AS h ON h.system = 'hubspot' AND h.id = l.hubspot_id JOIN customers AS q ON q.system = 'quickbooks' AND q.id = l.quickbooks_id
  WHERE l.entity = 'customer' AND l.role = 'primary'
),
product_pairs AS (
  SELECT h.id, unnest([
    {'field': 'name', 'hubspot': h.name, 'quickbooks': q.name}, {'field': 'sku', 'hubspot': h.sku_key, 'quickbooks': q.sku_key},
    {'field': 'price', 'hubspot': h.price::VARCHAR, 'quickbooks': q.price::VARCHAR}, {'field': 'cost', 'hubspot': h.cost::VARCHAR, 'quickbooks': q.cost::VARCHAR}]) AS t
  FROM links AS l
  JOIN products AS h ON h.system = 'hubspot' AND h.id = l.hubspot_id JOIN products AS q ON q.system = 'quickbooks' AND q.id = l.quickbooks_id
  WHERE l.entity = 'product' AND l.role = 'primary'
),
invoice_pairs AS (
  SELECT h.id, unnest([
    {'field': 'number', 'hubspot': h.number_key, 'quickbooks': q.number_key}, {'field': 'invoice_date', 'hubspot': h.invoice_date::VARCHAR, 'quickbooks': q.invoice_date::VARCHAR},
    {'field': 'due_date', 'hubspot': h.due_date::VARCHAR, 'quickbooks': q.due_date::VARCHAR}, {'field': 'currency', 'hubspot': h.currency, 'quickbooks': q.currency},
    {'field': 'status', 'hubspot': h.status, 'quickbooks': q.status}, {'field': 'total', 'hubspot': h.total::VARCHAR, 'quickbooks': q.total::VARCHAR},
    {'field': 'tax', 'hubspot': h.tax::VARCHAR, 'quickbooks': q.tax::VARCHAR}, {'field': 'balance', 'hubspot': coalesce(h.qbo_balance, h.balance)::VARCHAR, 'quickbooks': q.balance::VARCHAR}]) AS t
  FROM links AS l
  JOIN invoices AS h ON h.system = 'hubspot' AND h.id = l.hubspot_id JOIN invoices AS q ON q.system = 'quickbooks' AND q.id = l.quickbooks_id
  WHERE l.entity = 'invoice' AND l.role = 'primary'
),
compared AS (
  SELECT 'customer' AS entity, * FROM customer_pairs UNION ALL SELECT 'product', * FROM product_pairs UNION ALL SELECT 'invoice', * FROM invoice_pairs
),
ends AS (
  SELECT 'customer' AS entity, system, id FROM customers UNION ALL SELECT 'product', system, id FROM products
  UNION ALL SELECT 'invoice', system, id FROM invoices UNION ALL SELECT 'payment', system, id FROM payments
  UNION ALL SELECT entity, system, id FROM rejects
),
partners AS (
  SELECT l.entity, 'hubspot' AS system, l.hubspot_id AS id, e.id IS NULL AS bad
  FROM links AS l LEFT JOIN ends AS e ON e.entity = l.entity AND e.system = 'hubspot' AND e.id = l.hubspot_id
  UNION ALL
  SELECT l.entity, 'quickbooks', l.quickbooks_id, e.id IS NULL
  FROM links AS l LEFT JOIN ends AS e ON e.entity = l.entity AND e.system = 'quickbooks' AND e.id = string_split(l.quickbooks_id, ':')[1]
)
SELECT entity, 'both' AS system, 'agrees' AS measure, t.field AS field, count(*) AS checked, count(*) FILTER (WHERE t.hubspot IS DISTINCT FROM t.quickbooks) AS failed,
  min(id, 10) FILTER (WHERE t.hubspot IS DISTINCT FROM t.quickbooks) AS samples
FROM compared GROUP BY entity, t.field
UNION ALL
SELECT entity, system, 'partner', 'link', count(*), count(*) FILTER (WHERE bad), min(id, 10) FILTER (WHERE bad) FROM partners GROUP BY entity, system
ORDER BY entity, system, measure, field
