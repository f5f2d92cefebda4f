-- The records that are named by most findings of a run: where to begin. Samples are at most ten a finding.
WITH named AS (
  SELECT system, entity, what, unnest(json_extract_string(samples, '$[*]')) AS id FROM quality
  WHERE run_id = $run_id AND failed > 0 AND severity <> 'info' AND json_array_length(samples) > 0
)
SELECT n.system, n.entity, n.id, count(*)::INTEGER AS findings, string_agg(n.what, ' ' ORDER BY n.what) AS what,
  any_value(s.record_key) AS record_key, any_value(s.label) AS label
FROM named AS n
LEFT JOIN record_states AS s ON s.entity = n.entity AND (s.hubspot_id = n.id AND n.system <> 'quickbooks' OR s.quickbooks_id = n.id AND n.system = 'quickbooks')
GROUP BY n.system, n.entity, n.id HAVING count(*) > 1
ORDER BY findings DESC, n.entity, n.system, n.id LIMIT $limit
