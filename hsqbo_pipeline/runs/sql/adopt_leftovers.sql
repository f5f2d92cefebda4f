-- Invoices that another sync has made in HubSpot and that found no partner, each with the QuickBooks invoice they come closest to.
WITH strange AS (
  SELECT h.* FROM invoices AS h
  JOIN pairs AS p ON p.entity = 'invoice' AND p.hubspot_id = h.id AND p.kind = 'single'
  WHERE h.system = 'hubspot' AND h.mark IS NULL AND (h.external_id IS NOT NULL OR lower(coalesce(h.source, '')) IN ('data_sync', 'data sync', 'quickbooks'))
),
known_customers AS (
  SELECT hubspot_id, quickbooks_id FROM links WHERE entity = 'customer'
  UNION SELECT hubspot_id, quickbooks_id FROM pairs WHERE entity = 'customer' AND kind = 'matched'
)
SELECT h.id, h.number, h.currency, h.invoice_date, h.total, q.id AS candidate, q.number AS their_number, q.currency AS their_currency,
  q.invoice_date AS their_invoice_date, q.total AS their_total, l.hubspot_id AS taken_by,
  EXISTS (SELECT 1 FROM known_customers AS k WHERE k.quickbooks_id = q.customer_id
    AND list_contains(list_concat(coalesce(h.contact_ids, []), coalesce(h.company_ids, [])), k.hubspot_id)) AS same_customer
FROM strange AS h
LEFT JOIN invoices AS q ON q.system = 'quickbooks' AND (q.id = h.external_id OR lower(trim(q.number)) = lower(trim(h.number)))
LEFT JOIN links AS l ON l.entity = 'invoice' AND l.quickbooks_id = q.id
QUALIFY row_number() OVER (PARTITION BY h.id ORDER BY q.id = h.external_id DESC NULLS LAST, q.id) = 1
ORDER BY h.id
