-- Confirmed changes of HubSpot records by these operations in a run.
SELECT j.write_id, j.entity, j.object, j.target_id, j.body, j.before,
       (SELECT min(l.quickbooks_id) FROM links AS l WHERE l.entity = j.entity AND l.hubspot_id = j.target_id) AS quickbooks_id
FROM journal AS j
WHERE j.run_id = $run_id AND j.system = 'hubspot' AND j.action = 'update' AND j.status = 'confirmed'
  AND j.operation_id IN (SELECT unnest($operations::VARCHAR[]))
ORDER BY j.object, j.target_id, j.write_id
