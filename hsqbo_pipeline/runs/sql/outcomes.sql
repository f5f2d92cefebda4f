-- Each verdict of this run beside what became of its operations, and the state its records had before.
WITH done AS (
  SELECT v.record_key,
    list({'status': o.status, 'code': o.code, 'slots': o.slots, 'action': o.action, 'system': o.system, 'changes': o.changes, 'steps': o.steps, 'id': o.operation_id}
         ORDER BY o.position) AS operations
  FROM verdicts AS v
  JOIN (SELECT run_id, record_key, unnest(operation_ids) AS operation_id FROM verdicts WHERE run_id = $run_id) AS wanted USING (run_id, record_key)
  JOIN operations AS o ON o.operation_id = wanted.operation_id AND o.plan_hash = $plan_hash
  WHERE v.run_id = $run_id
  GROUP BY v.record_key
)
SELECT v.*, coalesce(done.operations, []) AS operations
FROM verdicts AS v LEFT JOIN done USING (record_key)
WHERE v.run_id = $run_id
ORDER BY v.record_key
