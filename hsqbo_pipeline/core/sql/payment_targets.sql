-- The invoices of the HubSpot payments to decide about, with their partner in the books and what is open there.
SELECT a.payment_id, h.id AS hubspot_invoice, h.number, h.total AS hubspot_total, h.currency AS invoice_currency, h.billable,
  l.quickbooks_id AS quickbooks_invoice, l.owner, q.balance, q.customer_id, q.status AS booked_status, h.invoice_date
FROM payment_applications AS a
JOIN pairs AS p ON p.entity = 'payment' AND p.hubspot_id = a.payment_id
JOIN invoices AS h ON h.system = 'hubspot' AND h.id = a.invoice_id
LEFT JOIN links AS l ON l.entity = 'invoice' AND l.hubspot_id = h.id
LEFT JOIN invoices AS q ON q.system = 'quickbooks' AND q.id = l.quickbooks_id
WHERE a.system = 'hubspot'
ORDER BY a.payment_id, length(h.id), h.id
