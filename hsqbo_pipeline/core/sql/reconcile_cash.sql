-- Money received, by the day of the payment: `cash` is all of it, `applied` what sits on invoices in the books. Copies count with the
-- payment they stand for.
INSERT INTO proof
WITH booked AS (
  SELECT plain.hubspot_id, q.id AS quickbooks_id, strftime(q.paid_on, '%Y-%m') AS month, q.currency, true AS in_books, q.amount AS cash,
    coalesce(on_invoices.amount, 0)::DECIMAL(18, 2) AS applied, coalesce(q.unapplied, 0) AS unapplied
  FROM payments AS q
  LEFT JOIN links AS plain ON plain.entity = 'payment' AND plain.quickbooks_id = q.id
  LEFT JOIN (
    SELECT payment_id, sum(amount) AS amount FROM payment_applications WHERE system = 'quickbooks' AND attribution = 'cash' GROUP BY payment_id
  ) AS on_invoices ON on_invoices.payment_id = q.id
  WHERE q.system = 'quickbooks' AND q.kind = 'payment' AND q.active
),
shown AS (
  SELECT CASE WHEN contains(l.quickbooks_id, ':') THEN NULL ELSE h.id END AS hubspot_id, string_split(l.quickbooks_id, ':')[1] AS quickbooks_id,
    strftime(h.paid_on, '%Y-%m') AS month, h.currency, false AS in_books, h.amount AS cash, h.amount AS applied, 0::DECIMAL(18, 2) AS unapplied
  FROM payments AS h LEFT JOIN links AS l ON l.entity = 'payment' AND l.hubspot_id = h.id
  WHERE h.system = 'hubspot' AND h.active AND h.status IN ('succeeded', 'partially_refunded', 'refunded', 'processing_refund', 'disputed_won')
),
sides AS (
  SELECT * FROM booked UNION ALL SELECT * FROM shown
),
measured AS (
  SELECT hubspot_id, quickbooks_id, month, currency, in_books, unapplied,
    unnest([{'measure': 'cash', 'value': coalesce(cash, 0)}, {'measure': 'applied', 'value': coalesce(applied, 0)}]) AS each
  FROM sides WHERE month IS NOT NULL AND currency IS NOT NULL
)
SELECT 'payment', hubspot_id, quickbooks_id, month, currency, each.measure,
  coalesce(sum(each.value) FILTER (WHERE in_books), 0)::DECIMAL(18, 2), coalesce(sum(each.value) FILTER (WHERE NOT in_books), 0)::DECIMAL(18, 2),
  sum(CASE WHEN each.measure = 'cash' THEN unapplied ELSE 0 END)::DECIMAL(18, 2)
FROM measured GROUP BY hubspot_id, quickbooks_id, month, currency, each.measure
