-- The doubles that match has found.
SELECT hubspot_id, quickbooks_id, amount FROM payment_doubles ORDER BY hubspot_id, quickbooks_id
