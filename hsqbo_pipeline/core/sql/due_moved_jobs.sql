-- A job that moved to another family may bill another contact now: its invoices are looked at again.
INSERT INTO due (entity, system, id, reason, since_run)
SELECT DISTINCT 'invoice', 'quickbooks', i.id, 'parent', $run_id
FROM staged AS s
JOIN customers AS c ON c.system = s.system AND c.id = s.id
JOIN invoices AS i ON i.system = 'quickbooks' AND i.customer_id = s.id
WHERE s.system = 'quickbooks' AND s.parent_id IS DISTINCT FROM c.parent_id
ON CONFLICT DO NOTHING
