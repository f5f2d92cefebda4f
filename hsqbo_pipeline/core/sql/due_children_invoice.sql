-- Invoices whose customer or item was linked, moved or unlinked. A customer's jobs bill to its contact too (N11). An invoice that
-- came into step in the very run that made the link has nothing to learn from it.
INSERT INTO due (entity, system, id, reason, since_run)
WITH RECURSIVE family AS (
  SELECT quickbooks_id AS id, since_run FROM moved WHERE entity = 'customer'
  UNION
  SELECT c.id, f.since_run FROM customers AS c JOIN family AS f ON c.parent_id = f.id WHERE c.system = 'quickbooks'
),
people AS (
  SELECT id, unnest(list_concat(coalesce(contact_ids, []), coalesce(company_ids, []))) AS customer_id FROM invoices WHERE system = 'hubspot'
),
affected AS (
  SELECT 'quickbooks' AS system, i.id, f.since_run FROM invoices AS i JOIN family AS f ON f.id = i.customer_id WHERE i.system = 'quickbooks'
  UNION
  SELECT 'hubspot', p.id, m.since_run FROM people AS p JOIN moved AS m ON m.entity = 'customer' AND m.hubspot_id = p.customer_id
  UNION
  SELECT 'quickbooks', l.invoice_id, m.since_run
  FROM invoice_lines AS l JOIN moved AS m ON m.entity = 'product' AND m.quickbooks_id = l.item_id WHERE l.system = 'quickbooks'
  UNION
  SELECT 'hubspot', l.invoice_id, m.since_run
  FROM invoice_lines AS l JOIN moved AS m ON m.entity = 'product' AND m.hubspot_id = l.item_id WHERE l.system = 'hubspot'
  UNION
  SELECT 'hubspot', l.invoice_id, m.since_run
  FROM moved AS m
  JOIN products AS p ON p.system = 'quickbooks' AND p.id = m.quickbooks_id
  JOIN invoice_lines AS l ON l.system = 'hubspot' AND l.item_id IS NULL AND lower(l.sku) = lower(p.sku)
  WHERE m.entity = 'product'
)
SELECT DISTINCT 'invoice', a.system, a.id, 'parent', $run_id
FROM affected AS a
WHERE NOT EXISTS (
  SELECT 1 FROM record_states AS s
  WHERE s.entity = 'invoice' AND s.state = 'IN_SYNC' AND s.run_id = a.since_run
    AND a.id = CASE WHEN a.system = 'hubspot' THEN s.hubspot_id ELSE s.quickbooks_id END)
ON CONFLICT DO NOTHING
