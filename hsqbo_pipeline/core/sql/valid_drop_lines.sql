-- Lines go with their invoices.
DELETE FROM invoice_lines USING work AS w WHERE invoice_lines.system = w.system AND invoice_lines.invoice_id = w.id
