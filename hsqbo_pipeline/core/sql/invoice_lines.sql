-- The lines of the candidates' invoices on both sides, in their own order.
WITH chosen AS (
  SELECT 'hubspot' AS system, hubspot_id AS id FROM pairs WHERE entity = 'invoice' AND hubspot_id IS NOT NULL
  UNION
  SELECT 'quickbooks', quickbooks_id FROM pairs WHERE entity = 'invoice' AND quickbooks_id IS NOT NULL
)
SELECT l.*
FROM invoice_lines AS l JOIN chosen ON chosen.system = l.system AND chosen.id = l.invoice_id
ORDER BY l.system, l.invoice_id, l.position, l.line_id
