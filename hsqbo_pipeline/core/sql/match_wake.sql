-- A pause that came to its last day: its record is looked at again, though nobody touched it.
INSERT INTO due (entity, system, id, reason, since_run)
WITH ended AS (
  SELECT system, id FROM decisions WHERE entity = $entity AND verb = 'pause' AND until < $today
  UNION SELECT 'hubspot', unnest($hubspot::VARCHAR[])
  UNION SELECT 'quickbooks', unnest($quickbooks::VARCHAR[])
),
told AS (
  SELECT 'hubspot' AS system, hubspot_id AS id FROM record_states WHERE entity = $entity AND code = 'OPS_PAUSED_BY_USER'
  UNION SELECT 'quickbooks', quickbooks_id FROM record_states WHERE entity = $entity AND code = 'OPS_PAUSED_BY_USER'
)
SELECT DISTINCT $entity, ended.system, ended.id, 'pause ended', $run_id
FROM ended JOIN told ON told.system = ended.system AND told.id = ended.id
ON CONFLICT DO NOTHING
