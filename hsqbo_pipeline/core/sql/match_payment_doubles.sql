-- Payments that may be one and the same, recorded on both sides: neither linked, same customer, currency and amount, within three
-- days (N9). A HubSpot payment's customer is that of its invoice, or of the people on that. One that is still under way counts too: what
-- a bookkeeper typed meanwhile is not shown as other money.
CREATE OR REPLACE TEMP TABLE payment_doubles AS
WITH linked AS (
  SELECT 'hubspot' AS system, hubspot_id AS id FROM links WHERE entity = 'payment'
  UNION SELECT 'quickbooks', string_split(quickbooks_id, ':')[1] FROM links WHERE entity = 'payment'
),
h AS (
  SELECT p.* FROM payments AS p ANTI JOIN linked ON linked.system = 'hubspot' AND linked.id = p.id
  WHERE p.system = 'hubspot' AND p.active AND p.mark IS NULL AND p.processor IS DISTINCT FROM 'quickbooks'
    AND p.status IN ('processing', 'succeeded', 'partially_refunded', 'refunded') AND p.amount > 0
),
q AS (
  SELECT p.* FROM payments AS p ANTI JOIN linked ON linked.system = 'quickbooks' AND linked.id = p.id
  WHERE p.system = 'quickbooks' AND p.kind = 'payment' AND p.active AND p.amount > 0 AND (p.mark IS NULL OR NOT starts_with(p.mark, 'commerce_payment '))
),
known_customers AS (
  SELECT hubspot_id, quickbooks_id FROM links WHERE entity = 'customer'
  UNION SELECT hubspot_id, quickbooks_id FROM pairs WHERE entity = 'customer' AND kind = 'matched'
),
on_invoices AS (
  SELECT h.id, i.id AS hubspot_invoice, unnest(list_concat(coalesce(i.contact_ids, []), coalesce(i.company_ids, []))) AS payer_id
  FROM h JOIN payment_applications AS a ON a.system = 'hubspot' AND a.payment_id = h.id
  JOIN invoices AS i ON i.system = 'hubspot' AND i.id = a.invoice_id
),
payers AS (
  SELECT o.id, k.quickbooks_id AS customer_id FROM on_invoices AS o JOIN known_customers AS k ON k.hubspot_id = o.payer_id
  UNION
  SELECT h.id, i.customer_id FROM h JOIN payment_applications AS a ON a.system = 'hubspot' AND a.payment_id = h.id
  JOIN links AS l ON l.entity = 'invoice' AND l.hubspot_id = a.invoice_id
  JOIN invoices AS i ON i.system = 'quickbooks' AND i.id = l.quickbooks_id
)
SELECT DISTINCT h.id AS hubspot_id, q.id AS quickbooks_id, h.amount
FROM h JOIN payers ON payers.id = h.id
JOIN q ON q.customer_id = payers.customer_id AND q.currency = h.currency AND q.amount = h.amount
WHERE abs(date_diff('day', h.paid_on, q.paid_on)) <= 3
