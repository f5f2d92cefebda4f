-- `WARNING` is asked for like a state: in step, but to be looked at.
SELECT * FROM record_states
WHERE ($state IS NULL OR state = $state OR ($state = 'WARNING' AND class = 'WARNING')) AND ($code IS NULL OR code = $code) AND ($entity IS NULL OR entity = $entity)
  AND ($since IS NULL OR since_at >= $since)
  AND ($direction IS NULL OR ($direction = 'quickbooks_to_hubspot' AND hubspot_id IS NULL) OR ($direction = 'hubspot_to_quickbooks' AND quickbooks_id IS NULL))
ORDER BY CASE state WHEN 'BLOCKED' THEN 1 WHEN 'FAILING' THEN 2 WHEN 'WAITING' THEN 3 WHEN 'EXCLUDED' THEN 4 ELSE 5 END, code, entity, record_key
LIMIT $limit OFFSET $offset
