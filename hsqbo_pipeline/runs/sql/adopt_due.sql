-- Everything without a link has to be looked at, whatever was said of it before.
INSERT OR IGNORE INTO due
SELECT r.entity, r.system, r.id, 'adopt', $run_id FROM (
  SELECT 'customer' AS entity, system, id FROM customers WHERE active
  UNION ALL SELECT 'product', system, id FROM products WHERE active
  UNION ALL SELECT 'invoice', system, id FROM invoices
) AS r
WHERE NOT EXISTS (SELECT 1 FROM links AS l WHERE l.entity = r.entity AND r.id = CASE r.system WHEN 'hubspot' THEN l.hubspot_id ELSE l.quickbooks_id END)
