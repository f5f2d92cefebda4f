-- The invoices of the HubSpot payments to decide about, with their partner in the books and what is open there. A partner that
-- this run has found but not linked yet is looked at all the same; whose such a pair is follows N6.
WITH found AS (
  SELECT p.hubspot_id, p.quickbooks_id, CASE WHEN h.billable IS DISTINCT FROM false AND h.source = 'HubSpot' THEN 'hubspot' ELSE 'quickbooks' END AS owner
  FROM pairs AS p JOIN invoices AS h ON h.system = 'hubspot' AND h.id = p.hubspot_id
  WHERE p.entity = 'invoice' AND p.kind = 'matched'
)
SELECT a.payment_id, h.id AS hubspot_invoice, h.number, h.total AS hubspot_total, h.currency AS invoice_currency, h.billable,
  l.quickbooks_id AS quickbooks_invoice, coalesce(l.owner, found.owner) AS owner, q.id IS NOT NULL AS booked, q.balance, q.customer_id,
  q.status AS booked_status, EXISTS (
    SELECT 1 FROM payment_applications AS b JOIN links AS posted ON posted.entity = 'payment' AND posted.quickbooks_id = b.payment_id
    WHERE b.system = 'quickbooks' AND b.invoice_id = q.id AND posted.hubspot_id = a.payment_id
  ) AS still_applied
FROM payment_applications AS a
JOIN pairs AS p ON p.entity = 'payment' AND p.hubspot_id = a.payment_id
JOIN invoices AS h ON h.system = 'hubspot' AND h.id = a.invoice_id
LEFT JOIN links AS l ON l.entity = 'invoice' AND l.hubspot_id = h.id
LEFT JOIN found ON found.hubspot_id = h.id AND l.hubspot_id IS NULL
LEFT JOIN invoices AS q ON q.system = 'quickbooks' AND q.id = coalesce(l.quickbooks_id, found.quickbooks_id)
WHERE a.system = 'hubspot'
ORDER BY a.payment_id, length(h.id), h.id
