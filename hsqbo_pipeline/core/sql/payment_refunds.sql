-- Refund receipts that answer refunds made in HubSpot: same customer, currency and amount, not before the payment. A receipt answers
-- one refund: the first receipt the first payment, and so on.
WITH refunded AS (
  SELECT h.id, q.customer_id, h.currency, h.paid_on, coalesce(nullif(h.refunded, 0), h.amount) AS amount,
    row_number() OVER (PARTITION BY q.customer_id, h.currency, coalesce(nullif(h.refunded, 0), h.amount) ORDER BY h.paid_on, length(h.id), h.id) AS place
  FROM payments AS h
  JOIN (SELECT hubspot_id, quickbooks_id FROM links WHERE entity = 'payment' UNION SELECT hubspot_id, quickbooks_id FROM pairs WHERE entity = 'payment') AS l
    ON l.hubspot_id = h.id
  JOIN payments AS q ON q.system = 'quickbooks' AND q.id = l.quickbooks_id
  WHERE h.system = 'hubspot' AND h.active AND (h.refunded > 0 OR h.status = 'refunded')
),
receipts AS (
  SELECT id, customer_id, currency, paid_on, amount, row_number() OVER (PARTITION BY customer_id, currency, amount ORDER BY paid_on, length(id), id) AS place
  FROM payments WHERE system = 'quickbooks' AND kind = 'refund_receipt' AND active
)
SELECT h.id AS payment_id, r.id, r.amount
FROM refunded AS h JOIN receipts AS r USING (customer_id, currency, amount, place)
WHERE r.paid_on >= h.paid_on
ORDER BY h.id, r.id
