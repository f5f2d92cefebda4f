-- Records that a filter judges by what is associated with them: something beside them changed, or came, or went.
INSERT INTO due (entity, system, id, reason, since_run)
WITH news AS (
  SELECT DISTINCT a.to_id AS id
  FROM touched AS t
  JOIN associations AS a ON a.from_object = t.object AND a.from_id = t.id AND a.to_object = $object
  WHERE t.run_id = $run_id AND t.system = 'hubspot' AND list_contains($beside::VARCHAR[], t.object)
  UNION
  SELECT id FROM touched WHERE run_id = $run_id AND system = 'hubspot' AND object = $object
)
SELECT $entity, 'hubspot', e.id, 'beside', $run_id
FROM evaluated AS e JOIN news ON news.id = e.id
WHERE e.entity = $entity AND e.system = 'hubspot'
ON CONFLICT DO NOTHING
