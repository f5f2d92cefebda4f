-- Each due payment or pair with the rows of both sides and what `surroundings` tells of it, oldest first.
WITH h_rows AS MATERIALIZED (
  SELECT * FROM payments WHERE system = 'hubspot' AND id IN (SELECT hubspot_id FROM surroundings)
),
q_rows AS MATERIALIZED (
  SELECT * FROM payments WHERE system = 'quickbooks' AND id IN (SELECT quickbooks_id FROM surroundings)
)
SELECT around.*, h AS hubspot, q AS quickbooks
FROM surroundings AS around
LEFT JOIN h_rows AS h ON h.id = around.hubspot_id
LEFT JOIN q_rows AS q ON q.id = around.quickbooks_id
ORDER BY coalesce(h.created_at, q.created_at), length(coalesce(around.hubspot_id, around.quickbooks_id)), coalesce(around.hubspot_id, around.quickbooks_id)
