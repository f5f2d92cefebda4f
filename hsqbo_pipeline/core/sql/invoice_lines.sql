-- The lines of the candidates' invoices on both sides, in their own order.
SELECT l.*
FROM invoice_lines AS l
JOIN pairs AS p ON p.entity = 'invoice'
  AND ((l.system = 'hubspot' AND l.invoice_id = p.hubspot_id) OR (l.system = 'quickbooks' AND l.invoice_id = p.quickbooks_id))
ORDER BY l.system, l.invoice_id, l.position, l.line_id
