-- Each request that was sent for a record, with the other side's name for it.
WITH named AS (
  SELECT DISTINCT entity, hubspot_id, quickbooks_id FROM record_history
  WHERE (record_key = $record OR hubspot_id = $record OR quickbooks_id = $record) AND ($entity IS NULL OR entity = $entity)
)
SELECT DISTINCT j.intended_at AS at_time, r.number AS run, j.entity, j.system, j.object, j.action, j.status, j.target_id, j.code, j.remote_request, j.request_id,
  j.step, j.body, j.before
FROM journal AS j
JOIN named AS n ON n.entity = j.entity AND (
  split_part(j.source_id, ':', 1) = CASE j.source_system WHEN 'hubspot' THEN n.hubspot_id ELSE n.quickbooks_id END
  OR j.target_id = CASE j.system WHEN 'hubspot' THEN n.hubspot_id ELSE n.quickbooks_id END)
LEFT JOIN runs AS r ON r.run_id = j.run_id
ORDER BY j.intended_at, j.step
