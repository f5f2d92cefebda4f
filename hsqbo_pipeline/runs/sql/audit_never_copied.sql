-- Invoices of QuickBooks that the other sync was there for and never copied: made while it made others, and without a partner.
SELECT q.id, coalesce(q.number, q.id) AS label, q.invoice_date AS day, q.total AS amount, q.currency, coalesce(c.display_name, q.customer_id) AS customer
FROM invoices AS q LEFT JOIN customers AS c ON c.system = 'quickbooks' AND c.id = q.customer_id
WHERE q.system = 'quickbooks' AND q.status IN ('open', 'paid') AND q.created_at BETWEEN $first_at AND $last_at
  AND NOT EXISTS (SELECT 1 FROM links AS l WHERE l.entity = 'invoice' AND l.quickbooks_id = q.id)
ORDER BY q.invoice_date, q.id
