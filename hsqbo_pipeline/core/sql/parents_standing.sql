-- How each wanted parent stands: its partner, and what this run has decided about it.
WITH partners AS (
  SELECT w.entity, w.system, w.id, l.hubspot_id, l.quickbooks_id,
    row_number() OVER (PARTITION BY w.entity, w.system, w.id ORDER BY l.role = 'primary' DESC, l.since_at, l.hubspot_id, l.quickbooks_id) AS rank
  FROM wanted AS w JOIN links AS l
    ON l.entity = w.entity AND ((w.system = 'hubspot' AND l.hubspot_id = w.id) OR (w.system = 'quickbooks' AND l.quickbooks_id = w.id))
)
SELECT w.entity, w.system, w.id, CASE WHEN w.system = 'hubspot' THEN p.quickbooks_id ELSE p.hubspot_id END AS partner,
  v.code, v.slots, len(coalesce(v.operation_ids, [])) > 0 AS acted, v.label AS said_of, operation.currency AS planned_currency
FROM wanted AS w
LEFT JOIN partners AS p ON p.entity = w.entity AND p.system = w.system AND p.id = w.id AND p.rank = 1
LEFT JOIN verdicts AS v ON v.run_id = $run_id AND v.entity = w.entity
  AND ((w.system = 'hubspot' AND v.hubspot_id = w.id) OR (w.system = 'quickbooks' AND v.quickbooks_id = w.id))
LEFT JOIN (
  SELECT operation_id, steps ->> '$[0].body.CurrencyRef.value' AS currency FROM operations WHERE run_id = $run_id AND entity = 'customer' AND action = 'create'
) AS operation ON list_contains(v.operation_ids, operation.operation_id)
ORDER BY w.entity, w.system, w.id
