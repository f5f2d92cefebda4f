-- Payments that came from HubSpot: where the books have them, and whether they still sit on the invoice there.
SELECT hubspot_application.invoice_id AS hubspot_invoice_id, l.hubspot_id, l.quickbooks_id, h.amount, h.status, h.active,
  q.id IS NULL AS gone, coalesce(application.amount, 0)::DECIMAL(18, 2) AS applied
FROM links AS l
JOIN payments AS h ON h.system = 'hubspot' AND h.id = l.hubspot_id
JOIN payment_applications AS hubspot_application ON hubspot_application.system = 'hubspot' AND hubspot_application.payment_id = l.hubspot_id
JOIN pairs AS p ON p.entity = 'invoice' AND p.hubspot_id = hubspot_application.invoice_id AND p.quickbooks_id IS NOT NULL
LEFT JOIN payments AS q ON q.system = 'quickbooks' AND q.id = l.quickbooks_id AND q.active
LEFT JOIN payment_applications AS application
  ON application.system = 'quickbooks' AND application.payment_id = l.quickbooks_id AND application.invoice_id = p.quickbooks_id
  AND application.attribution = 'cash'
WHERE l.entity = 'payment' AND l.owner = 'hubspot'
ORDER BY hubspot_application.invoice_id, l.hubspot_id
