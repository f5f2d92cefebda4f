-- What HubSpot shows as received on the candidates' invoices.
SELECT a.invoice_id, sum(h.amount)::DECIMAL(18, 2) AS received
FROM payment_applications AS a
JOIN pairs AS p ON p.entity = 'invoice' AND p.hubspot_id = a.invoice_id
JOIN payments AS h ON h.system = 'hubspot' AND h.id = a.payment_id AND h.active
WHERE a.system = 'hubspot'
  AND h.status IN ('succeeded', 'partially_refunded', 'refunded', 'processing_refund', 'disputed_won', 'disputed_action_required', 'disputed_awaiting_decision')
GROUP BY a.invoice_id
ORDER BY a.invoice_id
