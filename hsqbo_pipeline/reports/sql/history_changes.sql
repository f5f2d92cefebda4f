-- What was written for a record, field by field: from which side, into which, by which rule, what it replaced and what became of it.
WITH named AS (
  SELECT DISTINCT entity, hubspot_id, quickbooks_id FROM record_history
  WHERE (record_key = $record OR hubspot_id = $record OR quickbooks_id = $record) AND ($entity IS NULL OR entity = $entity)
),
done AS (
  SELECT DISTINCT o.* FROM operations AS o
  JOIN named AS n ON n.entity = o.entity AND (n.hubspot_id = o.hubspot_id OR n.quickbooks_id = o.quickbooks_id
    OR split_part(o.source_id, ':', 1) = CASE o.source_system WHEN 'hubspot' THEN n.hubspot_id ELSE n.quickbooks_id END)
  WHERE NOT starts_with(o.plan_hash, 'draft:') AND o.status <> 'planned'
)
SELECT r.number AS run, d.entity, d.source_system AS from_side, d.system AS to_side, d.action, c ->> '$.field' AS field, c ->> '$.before' AS replaced,
  c ->> '$.after' AS value, c ->> '$.reason' AS rule, d.status, d.code, p.approved_by, d.operation_id
FROM done AS d LEFT JOIN runs AS r ON r.run_id = d.run_id LEFT JOIN plans AS p ON p.hash = d.plan_hash
LEFT JOIN (SELECT operation_id, plan_hash, unnest(from_json(changes, '["JSON"]')) AS c FROM done) AS e ON e.operation_id = d.operation_id AND e.plan_hash = d.plan_hash
ORDER BY r.number, d.position, field
