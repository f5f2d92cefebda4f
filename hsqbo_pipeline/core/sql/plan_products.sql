-- Each due product or pair with the rows of both sides and what `surroundings` tells of it, in the order in which names are given
-- away: by id, as records were made (a product may carry an earlier day than the ones before it).
WITH h_rows AS MATERIALIZED (
  SELECT * FROM products WHERE system = 'hubspot' AND id IN (SELECT hubspot_id FROM surroundings)
),
q_rows AS MATERIALIZED (
  SELECT * FROM products WHERE system = 'quickbooks' AND id IN (SELECT quickbooks_id FROM surroundings)
)
SELECT around.*, h AS hubspot, q AS quickbooks
FROM surroundings AS around
LEFT JOIN h_rows AS h ON h.id = around.hubspot_id
LEFT JOIN q_rows AS q ON q.id = around.quickbooks_id
ORDER BY length(coalesce(around.hubspot_id, around.quickbooks_id)), coalesce(around.hubspot_id, around.quickbooks_id)
