-- Who an inactive customer's documents name now: those whose mirror still hangs on its contact, and what an earlier night found out.
-- The documents of its own jobs hang there as well, and prove nothing.
WITH RECURSIVE losers AS (
  SELECT DISTINCT unnest($ids::VARCHAR[]) AS id
),
family AS (
  SELECT c.id, c.parent_id AS elder FROM customers AS c JOIN losers ON losers.id = c.parent_id WHERE c.system = 'quickbooks'
  UNION
  SELECT c.id, f.elder FROM customers AS c JOIN family AS f ON f.id = c.parent_id WHERE c.system = 'quickbooks'
),
moved AS (
  SELECT losers.id AS loser, m.payload ->> '$.CustomerRef.value' AS survivor
  FROM losers
  JOIN links AS l ON l.entity = 'customer' AND l.quickbooks_id = losers.id AND l.role = 'primary'
  JOIN associations AS a ON a.from_object = 'invoices' AND a.to_object = l.hubspot_object AND a.to_id = l.hubspot_id
  JOIN links AS copy ON copy.entity = 'invoice' AND copy.hubspot_id = a.from_id
  JOIN mirror AS m ON m.system = 'quickbooks' AND m.object = 'Invoice' AND m.id = copy.quickbooks_id AND m.gone IS NULL
  UNION ALL
  SELECT losers.id, s.candidates ->> '$[0].id'
  FROM losers JOIN record_states AS s ON s.entity = 'customer' AND s.quickbooks_id = losers.id
  WHERE s.code IN ('CUS_INACTIVE', 'FLT_INACTIVE') AND s.candidates ->> '$[0].system' = 'quickbooks'
)
SELECT moved.loser, moved.survivor, coalesce(c.display_name, c.id) AS name, count(*) AS documents
FROM moved JOIN customers AS c ON c.system = 'quickbooks' AND c.id = moved.survivor AND c.active
WHERE moved.survivor <> moved.loser
  AND NOT EXISTS (SELECT 1 FROM family AS f WHERE f.elder = moved.loser AND f.id = moved.survivor)
GROUP BY moved.loser, moved.survivor, c.display_name, c.id
QUALIFY row_number() OVER (PARTITION BY moved.loser ORDER BY count(*) DESC, length(moved.survivor), moved.survivor) = 1
