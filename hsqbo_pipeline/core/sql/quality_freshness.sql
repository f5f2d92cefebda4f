-- How old what we know is: when each object was last read, and how long records have been failing.
SELECT CASE object WHEN 'contacts' THEN 'customer' WHEN 'companies' THEN 'customer' WHEN 'Customer' THEN 'customer' WHEN 'products' THEN 'product'
    WHEN 'Item' THEN 'product' WHEN 'invoices' THEN 'invoice' WHEN 'Invoice' THEN 'invoice' ELSE 'payment' END AS entity,
  system, 'read_lately' AS measure, object AS field, 1 AS checked, (read_at IS NULL OR read_at < $now::TIMESTAMPTZ - INTERVAL 36 HOUR)::INTEGER AS failed, []::VARCHAR[] AS samples
FROM mirror_state
WHERE object IN ('contacts', 'companies', 'Customer', 'products', 'Item', 'invoices', 'Invoice', 'commerce_payments', 'Payment', 'CreditMemo')
UNION ALL
SELECT entity, 'both', 'failing_long', 'record', count(*),
  count(*) FILTER (WHERE state = 'FAILING' AND since_at < $now::TIMESTAMPTZ - INTERVAL 7 DAY),
  min(coalesce(hubspot_id, quickbooks_id), 10) FILTER (WHERE state = 'FAILING' AND since_at < $now::TIMESTAMPTZ - INTERVAL 7 DAY)
FROM record_states GROUP BY entity
ORDER BY entity, system, measure, field
