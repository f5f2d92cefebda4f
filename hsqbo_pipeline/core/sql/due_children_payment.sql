-- Payments on an invoice that was linked, moved or unlinked. One that came into step in the very run that made the link stays out.
INSERT INTO due (entity, system, id, reason, since_run)
WITH affected AS (
  SELECT a.system, a.payment_id AS id, m.since_run
  FROM payment_applications AS a
  JOIN moved AS m ON a.invoice_id = CASE WHEN a.system = 'hubspot' THEN m.hubspot_id ELSE m.quickbooks_id END
  JOIN payments AS p ON p.system = a.system AND p.id = a.payment_id
  WHERE m.entity = 'invoice'
)
SELECT DISTINCT 'payment', a.system, a.id, 'parent', $run_id
FROM affected AS a
WHERE NOT EXISTS (
  SELECT 1 FROM record_states AS s
  WHERE s.entity = 'payment' AND s.state = 'IN_SYNC' AND s.run_id = a.since_run
    AND a.id = CASE WHEN a.system = 'hubspot' THEN s.hubspot_id ELSE s.quickbooks_id END)
ON CONFLICT DO NOTHING
