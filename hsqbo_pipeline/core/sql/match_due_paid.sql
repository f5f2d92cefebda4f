-- Invoices whose HubSpot payment waits to be booked: where it is booked in this run, their figures change with it, though nobody
-- touched them.
INSERT INTO due (entity, system, id, reason, since_run)
SELECT DISTINCT 'invoice', 'hubspot', a.invoice_id, 'payment', $run_id
FROM due AS d
JOIN payment_applications AS a ON a.system = 'hubspot' AND a.payment_id = d.id
JOIN invoices AS i ON i.system = 'hubspot' AND i.id = a.invoice_id
WHERE d.entity = 'payment' AND d.system = 'hubspot' AND NOT EXISTS (SELECT 1 FROM links AS l WHERE l.entity = 'payment' AND l.hubspot_id = d.id)
ON CONFLICT DO NOTHING
