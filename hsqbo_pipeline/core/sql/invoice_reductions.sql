-- What lowers the balance of the candidates' QuickBooks invoices, by kind.
SELECT a.invoice_id, a.attribution, sum(a.amount)::DECIMAL(18, 2) AS amount
FROM payment_applications AS a
JOIN pairs AS p ON p.entity = 'invoice' AND p.quickbooks_id = a.invoice_id
WHERE a.system = 'quickbooks'
GROUP BY a.invoice_id, a.attribution
ORDER BY a.invoice_id, a.attribution
