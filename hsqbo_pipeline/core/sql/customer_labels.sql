SELECT id, coalesce(display_name, id) AS name FROM customers WHERE system = 'quickbooks' AND id IN (SELECT unnest($ids))
