-- The newest verdict on each pair whose change an earlier run sent without hearing of it, or whose creation was found only later:
-- what was to be settled, and what is. Pairs that nobody settled since their creation have no baseline.
WITH lost AS (
  SELECT DISTINCT operation_id FROM journal WHERE entity = $entity AND action = 'update' AND status = 'abandoned' AND code IS NULL
),
made AS (
  SELECT o.operation_id FROM operations AS o WHERE o.entity = $entity AND o.action = 'create' AND o.status = 'done'
),
unsettled AS (
  SELECT l.hubspot_id, l.quickbooks_id FROM links AS l
  ANTI JOIN baselines AS b ON b.entity = l.entity AND b.hubspot_id = l.hubspot_id AND b.quickbooks_id = l.quickbooks_id
  WHERE l.entity = $entity AND l.role = 'primary'
),
told AS (
  SELECT v.*, r.number FROM verdicts AS v JOIN runs AS r ON r.run_id = v.run_id WHERE v.entity = $entity AND v.run_id <> $run_id
),
changes AS (
  SELECT hubspot_id, quickbooks_id, settle, operation_ids FROM told
  WHERE hubspot_id IS NOT NULL AND quickbooks_id IS NOT NULL
  QUALIFY row_number() OVER (PARTITION BY hubspot_id, quickbooks_id ORDER BY number DESC) = 1
),
creations AS (
  SELECT u.hubspot_id, u.quickbooks_id, t.settle, t.operation_ids, t.number FROM unsettled AS u JOIN told AS t ON t.hubspot_id = u.hubspot_id
  WHERE t.quickbooks_id IS NULL
  UNION ALL
  SELECT u.hubspot_id, u.quickbooks_id, t.settle, t.operation_ids, t.number FROM unsettled AS u JOIN told AS t ON t.quickbooks_id = u.quickbooks_id
  WHERE t.hubspot_id IS NULL
)
SELECT c.hubspot_id, c.quickbooks_id, c.settle, b.hubspot_fields, b.quickbooks_fields,
  (SELECT list({'system': o.system, 'changes': o.changes}) FROM operations AS o
   WHERE list_contains(c.operation_ids, o.operation_id) AND o.operation_id IN (SELECT operation_id FROM lost)) AS lost
FROM changes AS c
JOIN baselines AS b ON b.entity = $entity AND b.hubspot_id = c.hubspot_id AND b.quickbooks_id = c.quickbooks_id
WHERE c.settle IS NOT NULL AND list_has_any(c.operation_ids, (SELECT coalesce(list(operation_id), []) FROM lost))
UNION ALL
SELECT hubspot_id, quickbooks_id, settle, NULL, NULL, NULL FROM creations
WHERE settle IS NOT NULL AND list_has_any(operation_ids, (SELECT coalesce(list(operation_id), []) FROM made))
QUALIFY row_number() OVER (PARTITION BY hubspot_id, quickbooks_id ORDER BY number DESC) = 1
