-- Every open row: failing, blocked, waiting, and in step with a warning. What a person or a further night still has to do.
SELECT *, since_run = $run_id AS new FROM record_states
WHERE state IN ('FAILING', 'BLOCKED', 'WAITING') OR class = 'WARNING'
ORDER BY CASE state WHEN 'BLOCKED' THEN 1 WHEN 'FAILING' THEN 2 WHEN 'WAITING' THEN 3 ELSE 4 END, code, entity, record_key
