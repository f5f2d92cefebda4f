-- Which payments have to be looked at: what is due, the QuickBooks payment behind a due HubSpot copy, payments whose copies no longer
-- stand for anything or are not on the deals of their invoice, and whoever could be the double of one of these.
CREATE OR REPLACE TEMP TABLE payment_candidates AS
WITH copies AS (
  SELECT hubspot_id, quickbooks_id AS allocation, string_split(quickbooks_id, ':')[1] AS payment_id, string_split(quickbooks_id, ':')[2] AS invoice_id
  FROM links WHERE entity = 'payment' AND contains(quickbooks_id, ':')
),
stale AS (
  SELECT copies.payment_id FROM copies
  LEFT JOIN payment_applications AS a
    ON a.system = 'quickbooks' AND a.payment_id = copies.payment_id AND a.invoice_id = copies.invoice_id AND a.attribution = 'cash'
  LEFT JOIN payments AS p ON p.system = 'quickbooks' AND p.id = copies.payment_id AND p.active
  WHERE a.payment_id IS NULL OR p.id IS NULL
),
dealt AS (
  SELECT a.from_id AS id, list_sort(list(a.to_id)) AS deals FROM associations AS a
  LEFT JOIN mirror AS m ON m.system = 'hubspot' AND m.object = 'deals' AND m.id = a.to_id
  WHERE a.from_object = 'commerce_payments' AND a.to_object = 'deals' AND m.gone IS NULL GROUP BY a.from_id
),
elsewhere AS (
  SELECT copies.payment_id FROM copies
  JOIN links AS l ON l.entity = 'invoice' AND l.quickbooks_id = copies.invoice_id
  JOIN invoices AS i ON i.system = 'hubspot' AND i.id = l.hubspot_id
  JOIN payments AS h ON h.system = 'hubspot' AND h.id = copies.hubspot_id
  LEFT JOIN dealt ON dealt.id = copies.hubspot_id
  WHERE list_sort(coalesce(i.deal_ids, [])) <> coalesce(dealt.deals, [])
),
pending AS (
  -- A vanished copy is due under the name of its allocation: its payment is what has to be looked at.
  SELECT system, CASE WHEN system = 'quickbooks' THEN string_split(id, ':')[1] ELSE id END AS id FROM due
  WHERE entity = 'payment' AND NOT EXISTS (SELECT 1 FROM rejects AS r WHERE r.entity = 'payment' AND r.system = due.system AND r.id = due.id)
),
wanted AS (
  SELECT system, id FROM pending WHERE system = 'quickbooks' OR id NOT IN (SELECT hubspot_id FROM copies)
  UNION SELECT 'quickbooks', copies.payment_id FROM copies JOIN pending ON pending.system = 'hubspot' AND pending.id = copies.hubspot_id
  UNION SELECT 'quickbooks', payment_id FROM stale
  UNION SELECT 'quickbooks', payment_id FROM elsewhere
),
doubled AS (
  SELECT 'hubspot' AS system, d.hubspot_id AS id FROM payment_doubles AS d JOIN wanted AS w ON w.system = 'quickbooks' AND w.id = d.quickbooks_id
  UNION SELECT 'quickbooks', d.quickbooks_id FROM payment_doubles AS d JOIN wanted AS w ON w.system = 'hubspot' AND w.id = d.hubspot_id
)
SELECT system, id FROM wanted UNION SELECT system, id FROM doubled
