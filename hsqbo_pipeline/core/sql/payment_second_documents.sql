-- QuickBooks documents that look like the second one for a HubSpot payment: made by nobody we know, paid in full, for the same customer
-- and amount within three days after the payment, while the payment's own invoice is another document, in the books or on its way
-- there (A28, A29). So the doubled pairs are told before anything of ours is written (1.16).
WITH found AS (
  SELECT hubspot_id, quickbooks_id FROM pairs WHERE entity = 'invoice' AND kind = 'matched'
),
known_customers AS (
  SELECT hubspot_id, quickbooks_id FROM links WHERE entity = 'customer'
  UNION SELECT hubspot_id, quickbooks_id FROM pairs WHERE entity = 'customer' AND kind = 'matched'
),
sold AS (
  SELECT i.id, coalesce(l.quickbooks_id, found.quickbooks_id) AS own_invoice, list_concat(coalesce(i.contact_ids, []), coalesce(i.company_ids, [])) AS payers
  FROM invoices AS i
  LEFT JOIN links AS l ON l.entity = 'invoice' AND l.hubspot_id = i.id
  LEFT JOIN found ON found.hubspot_id = i.id
  WHERE i.system = 'hubspot' AND (l.owner = 'hubspot' OR (l.owner IS NULL AND i.billable IS DISTINCT FROM false AND i.source = 'HubSpot' AND i.mark IS NULL))
),
billed AS (
  SELECT s.id, s.own_invoice, q.customer_id FROM sold AS s JOIN invoices AS q ON q.system = 'quickbooks' AND q.id = s.own_invoice
  UNION
  SELECT s.id, s.own_invoice, k.quickbooks_id FROM sold AS s JOIN known_customers AS k ON list_contains(s.payers, k.hubspot_id)
),
taken AS (
  SELECT h.id AS payment_id, h.amount, h.currency, h.created_at, b.customer_id, b.own_invoice
  FROM payments AS h
  JOIN payment_applications AS a ON a.system = 'hubspot' AND a.payment_id = h.id
  JOIN billed AS b ON b.id = a.invoice_id
  WHERE h.system = 'hubspot' AND h.active AND h.mark IS NULL AND h.processor IS DISTINCT FROM 'quickbooks' AND h.amount > 0
),
documents AS (
  SELECT 'invoice' AS kind, i.id, i.customer_id, i.currency, i.total AS amount, i.created_at FROM invoices AS i
  WHERE i.system = 'quickbooks' AND i.status = 'paid' AND (i.mark IS NULL OR NOT starts_with(i.mark, 'invoice '))
    AND NOT EXISTS (SELECT 1 FROM links AS l WHERE l.entity = 'invoice' AND l.quickbooks_id = i.id AND l.owner = 'hubspot')
    AND NOT EXISTS (SELECT 1 FROM found WHERE found.quickbooks_id = i.id)
  UNION ALL
  SELECT 'sales_receipt', p.id, p.customer_id, p.currency, p.amount, p.created_at FROM payments AS p
  WHERE p.system = 'quickbooks' AND p.kind = 'sales_receipt' AND p.active
)
SELECT DISTINCT ON (d.kind, d.id) d.kind, d.id, t.payment_id
FROM documents AS d JOIN taken AS t
  ON t.customer_id = d.customer_id AND t.currency = d.currency AND t.amount = d.amount AND d.id IS DISTINCT FROM t.own_invoice
-- A workflow acts on a payment soon after it was made; QuickBooks tells its times in whole seconds.
WHERE d.created_at BETWEEN date_trunc('second', t.created_at) AND t.created_at + INTERVAL 3 DAY
ORDER BY d.kind, d.id, t.payment_id
