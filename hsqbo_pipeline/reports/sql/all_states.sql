SELECT s.*, r.number AS since_number FROM record_states AS s LEFT JOIN runs AS r ON r.run_id = s.since_run
ORDER BY CASE s.state WHEN 'BLOCKED' THEN 1 WHEN 'FAILING' THEN 2 WHEN 'WAITING' THEN 3 WHEN 'EXCLUDED' THEN 4 ELSE 5 END, s.code, s.entity, s.record_key
