-- Money received, by the day of the payment: `cash` is all of it, `applied` what sits on each invoice. Copies count with the payment
-- they stand for. HubSpot holds no split: where a payment of its own lies on several invoices, it is compared as a whole.
INSERT INTO proof
WITH spread AS (
  SELECT a.payment_id AS hubspot_id, count(*) > 1 AS over_several FROM payment_applications AS a WHERE a.system = 'hubspot' GROUP BY a.payment_id
),
plain AS (
  SELECT l.hubspot_id, l.quickbooks_id, coalesce(s.over_several, false) AS over_several
  FROM links AS l LEFT JOIN spread AS s ON s.hubspot_id = l.hubspot_id
  WHERE l.entity = 'payment' AND NOT contains(l.quickbooks_id, ':')
),
booked AS (
  SELECT plain.hubspot_id, q.id AS quickbooks_id, strftime(q.paid_on, '%Y-%m') AS month, q.currency, q.amount, coalesce(q.unapplied, 0) AS unapplied,
    coalesce(plain.over_several, false) AS over_several
  FROM payments AS q LEFT JOIN plain ON plain.quickbooks_id = q.id
  WHERE q.system = 'quickbooks' AND q.kind = 'payment' AND q.active
),
shown AS (
  SELECT CASE WHEN contains(l.quickbooks_id, ':') THEN NULL ELSE h.id END AS hubspot_id, string_split(l.quickbooks_id, ':')[1] AS quickbooks_id,
    coalesce(strftime(h.paid_on, '%Y-%m'), 'undated') AS month, h.currency, h.amount, h.id AS payment_id, coalesce(s.over_several, false) AS over_several,
    contains(l.quickbooks_id, ':') AS copy
  FROM payments AS h LEFT JOIN links AS l ON l.entity = 'payment' AND l.hubspot_id = h.id
  LEFT JOIN spread AS s ON s.hubspot_id = h.id
  WHERE h.system = 'hubspot' AND h.active AND h.status IN ('succeeded', 'partially_refunded', 'refunded', 'processing_refund', 'disputed_won')
),
on_invoices AS (
  SELECT DISTINCT s.* EXCLUDE (over_several, copy),
    CASE WHEN s.over_several AND NOT coalesce(s.copy, false) THEN NULL ELSE coalesce(l.quickbooks_id, 'only in HubSpot: ' || a.invoice_id) END AS place
  FROM shown AS s JOIN payment_applications AS a ON a.system = 'hubspot' AND a.payment_id = s.payment_id
  LEFT JOIN links AS l ON l.entity = 'invoice' AND l.hubspot_id = a.invoice_id
),
sides AS (
  SELECT hubspot_id, quickbooks_id, month, currency, true AS in_books, 'cash' AS measure, NULL AS place, amount, unapplied FROM booked
  UNION ALL
  SELECT hubspot_id, quickbooks_id, month, currency, false, 'cash', NULL, amount, 0 FROM shown
  UNION ALL
  SELECT b.hubspot_id, b.quickbooks_id, b.month, b.currency, true, 'applied', CASE WHEN b.over_several THEN NULL ELSE a.invoice_id END, a.amount, b.unapplied
  FROM booked AS b JOIN payment_applications AS a ON a.system = 'quickbooks' AND a.payment_id = b.quickbooks_id AND a.attribution = 'cash'
  UNION ALL
  SELECT hubspot_id, quickbooks_id, month, currency, false, 'applied', place, amount, 0 FROM on_invoices
)
SELECT 'payment', hubspot_id, quickbooks_id, month, currency, measure,
  coalesce(sum(amount) FILTER (WHERE in_books), 0)::DECIMAL(18, 2), coalesce(sum(amount) FILTER (WHERE NOT in_books), 0)::DECIMAL(18, 2),
  coalesce(max(max(unapplied)) OVER (PARTITION BY hubspot_id, quickbooks_id), 0)::DECIMAL(18, 2)
FROM sides WHERE month IS NOT NULL AND currency IS NOT NULL
GROUP BY hubspot_id, quickbooks_id, month, currency, measure, place
