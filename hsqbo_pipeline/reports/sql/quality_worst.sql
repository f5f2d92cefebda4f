SELECT system, entity, dimension, field, checked, failed, severity, what, fix, samples FROM quality
WHERE run_id = $run_id AND failed > 0
ORDER BY CASE severity WHEN 'error' THEN 1 WHEN 'warning' THEN 2 ELSE 3 END, failed DESC, entity, system, field LIMIT $limit
