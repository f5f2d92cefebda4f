-- What was found in a run, the worst first, beside what the measured run before it found of the same.
WITH before AS (
  SELECT q.run_id FROM quality AS q JOIN runs AS r ON r.run_id = q.run_id
  WHERE r.number < (SELECT number FROM runs WHERE run_id = $run_id) ORDER BY r.number DESC LIMIT 1
)
SELECT q.system, q.entity, q.dimension, q.field, q.checked, q.failed, q.severity, q.what, q.fix, q.samples,
  q.failed - p.failed AS drift
FROM quality AS q
LEFT JOIN quality AS p
  ON p.run_id = (SELECT run_id FROM before) AND p.system = q.system AND p.entity = q.entity AND p.dimension = q.dimension
  AND p.field = q.field AND p.what = q.what
WHERE q.run_id = $run_id AND q.failed > 0
ORDER BY CASE q.severity WHEN 'error' THEN 1 WHEN 'warning' THEN 2 ELSE 3 END, q.failed DESC, q.entity, q.system, q.field LIMIT $limit
