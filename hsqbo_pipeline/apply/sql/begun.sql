-- Operations of which something was confirmed and the rest was not sent, unless a later run has dealt with their record.
SELECT o.* FROM operations AS o
JOIN (
  SELECT operation_id, on_done->>'plan' AS plan_hash, any_value(entity) AS entity, any_value(source_system) AS source_system,
         any_value(source_id) AS source_id, max(intended_at) AS at_time, list(DISTINCT run_id) AS runs
  FROM journal GROUP BY ALL HAVING bool_or(status = 'confirmed')
) AS j ON j.operation_id = o.operation_id AND j.plan_hash = o.plan_hash
WHERE o.status IN ('planned', 'waiting', 'uncertain')
  AND NOT EXISTS (
    SELECT 1 FROM journal AS later
    WHERE later.entity = j.entity AND later.source_system = j.source_system AND later.source_id = j.source_id
      AND later.intended_at > j.at_time AND NOT list_contains(j.runs, later.run_id))
ORDER BY o.position
