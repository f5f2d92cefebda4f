-- The lines of some QuickBooks invoices as they stand, in their own order.
SELECT invoice_id, kind, item_id, name, description, quantity, unit_price, amount
FROM invoice_lines
WHERE system = 'quickbooks' AND invoice_id IN (SELECT unnest($ids))
ORDER BY invoice_id, position, line_id
