INSERT OR IGNORE INTO due (entity, system, id, reason, since_run)
SELECT DISTINCT entity, system, id, 'linked', $run_id FROM (
  SELECT entity, 'hubspot' AS system, hubspot_id AS id FROM links WHERE since_run = $run_id AND NOT starts_with(hubspot_id, 'custom-line-item')
  UNION ALL SELECT entity, 'quickbooks', split_part(quickbooks_id, ':', 1) FROM links WHERE since_run = $run_id
)
