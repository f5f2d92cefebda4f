-- Deposits taken on the invoices that are looked at.
DELETE FROM payment_applications USING work AS w
WHERE payment_applications.system = 'quickbooks' AND payment_applications.payment_id = 'deposit' AND w.system = 'quickbooks' AND payment_applications.invoice_id = w.id
