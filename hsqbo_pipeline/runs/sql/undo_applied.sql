SELECT invoice_id, amount FROM payment_applications WHERE system = 'quickbooks' AND payment_id = $id AND attribution = 'cash'
