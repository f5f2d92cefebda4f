-- QuickBooks documents that look like the second one for a HubSpot payment: made by nobody we know, paid in full, for the same customer
-- and amount within three days after the payment, while the payment's own invoice stands in the books as another document (A28, A29).
WITH taken AS (
  SELECT h.id AS payment_id, h.amount, h.currency, h.created_at, q.customer_id, q.id AS own_invoice
  FROM payments AS h
  JOIN payment_applications AS a ON a.system = 'hubspot' AND a.payment_id = h.id
  JOIN links AS l ON l.entity = 'invoice' AND l.hubspot_id = a.invoice_id AND l.owner = 'hubspot'
  JOIN invoices AS q ON q.system = 'quickbooks' AND q.id = l.quickbooks_id
  WHERE h.system = 'hubspot' AND h.active AND h.mark IS NULL AND h.processor IS DISTINCT FROM 'quickbooks' AND h.amount > 0
),
documents AS (
  SELECT 'invoice' AS kind, i.id, i.customer_id, i.currency, i.total AS amount, i.created_at FROM invoices AS i
  WHERE i.system = 'quickbooks' AND i.status = 'paid' AND (i.mark IS NULL OR NOT starts_with(i.mark, 'invoice '))
    AND NOT EXISTS (SELECT 1 FROM links AS l WHERE l.entity = 'invoice' AND l.quickbooks_id = i.id AND l.owner = 'hubspot')
  UNION ALL
  SELECT 'sales_receipt', p.id, p.customer_id, p.currency, p.amount, p.created_at FROM payments AS p
  WHERE p.system = 'quickbooks' AND p.kind = 'sales_receipt' AND p.active
)
SELECT DISTINCT ON (d.kind, d.id) d.kind, d.id, t.payment_id
FROM documents AS d JOIN taken AS t ON t.customer_id = d.customer_id AND t.currency = d.currency AND t.amount = d.amount AND d.id <> t.own_invoice
-- A workflow acts on a payment soon after it was made.
WHERE d.created_at BETWEEN t.created_at AND t.created_at + INTERVAL 3 DAY
ORDER BY d.kind, d.id, t.payment_id
