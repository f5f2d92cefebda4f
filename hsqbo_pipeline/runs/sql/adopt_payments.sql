-- Payments that another sync has shown in HubSpot, with the share of a QuickBooks payment they stand for: same pair of invoices,
-- amount and currency, within three days (N9).
WITH tied AS (
  SELECT hubspot_id, quickbooks_id FROM links WHERE entity = 'invoice'
  UNION SELECT hubspot_id, quickbooks_id FROM pairs WHERE entity = 'invoice' AND kind = 'matched'
),
shown AS (
  SELECT p.id, p.amount, p.currency, p.paid_on, any_value(a.invoice_id) AS invoice_id FROM payments AS p
  JOIN payment_applications AS a ON a.system = 'hubspot' AND a.payment_id = p.id
  WHERE p.system = 'hubspot' AND p.active AND p.mark IS NULL AND p.processor = 'quickbooks'
    AND NOT EXISTS (SELECT 1 FROM links AS l WHERE l.entity = 'payment' AND l.hubspot_id = p.id)
  GROUP BY p.id, p.amount, p.currency, p.paid_on HAVING count(DISTINCT a.invoice_id) = 1
),
booked AS (
  SELECT a.payment_id || ':' || a.invoice_id AS allocation, a.invoice_id, a.amount, p.currency, p.paid_on FROM payments AS p
  JOIN payment_applications AS a ON a.system = 'quickbooks' AND a.payment_id = p.id AND a.attribution = 'cash'
  WHERE p.system = 'quickbooks' AND p.kind = 'payment' AND p.active
    AND NOT EXISTS (SELECT 1 FROM links AS l WHERE l.entity = 'payment' AND l.quickbooks_id = a.payment_id || ':' || a.invoice_id)
),
edges AS (
  SELECT s.id AS hubspot_id, b.allocation FROM shown AS s
  JOIN tied AS t ON t.hubspot_id = s.invoice_id
  JOIN booked AS b ON b.invoice_id = t.quickbooks_id AND b.amount = s.amount AND b.currency = s.currency
    AND abs(date_diff('day', b.paid_on, s.paid_on)) <= 3
),
counted AS (
  SELECT hubspot_id, allocation, count(*) OVER (PARTITION BY allocation) AS rivals FROM edges
)
SELECT s.id AS hubspot_id, s.amount, s.currency, min(c.allocation) AS allocation, count(c.allocation)::INTEGER AS allocations,
  coalesce(max(c.rivals), 0)::INTEGER AS rivals
FROM shown AS s LEFT JOIN counted AS c ON c.hubspot_id = s.id
GROUP BY s.id, s.amount, s.currency ORDER BY s.id
