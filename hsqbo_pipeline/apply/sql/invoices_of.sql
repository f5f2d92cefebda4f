SELECT DISTINCT to_id AS id FROM associations WHERE from_object = $object AND from_id IN (SELECT unnest($ids::VARCHAR[])) AND to_object = 'invoices' ORDER BY ALL
