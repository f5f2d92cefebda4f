-- Customers that match has just found a contact for; their link is made before invoices are written.
SELECT hubspot_id, quickbooks_id FROM pairs WHERE entity = 'customer' AND kind = 'matched'
