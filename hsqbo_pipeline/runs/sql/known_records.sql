SELECT 'customer' AS entity, system, id FROM customers WHERE id = $id
UNION ALL SELECT 'product', system, id FROM products WHERE id = $id
UNION ALL SELECT 'invoice', system, id FROM invoices WHERE id = $id
UNION ALL SELECT 'payment', system, id FROM payments WHERE id = $id
UNION ALL SELECT entity, system, id FROM rejects WHERE id = $id
UNION ALL SELECT entity, system, id FROM tombstones AS t WHERE id = $id
  AND NOT EXISTS (SELECT 1 FROM mirror AS m WHERE m.system = t.system AND m.id = t.id AND m.gone IS NULL)
