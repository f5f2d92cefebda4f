-- Refund receipts that may answer a refund made in HubSpot: same customer and currency.
SELECT h.id AS payment_id, r.id, r.amount
FROM pairs AS p
JOIN payments AS h ON h.system = 'hubspot' AND h.id = p.hubspot_id AND h.refunded > 0
JOIN payments AS q ON q.system = 'quickbooks' AND q.id = p.quickbooks_id
JOIN payments AS r ON r.system = 'quickbooks' AND r.kind = 'refund_receipt' AND r.active AND r.customer_id = q.customer_id AND r.currency = h.currency
  AND r.amount = h.refunded AND r.paid_on >= h.paid_on
WHERE p.entity = 'payment'
ORDER BY h.id, r.id
