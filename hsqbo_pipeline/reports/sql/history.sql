-- A record's life: each run that looked at it, on either side and under whatever name the pair had then.
WITH named AS (
  SELECT DISTINCT entity, hubspot_id, quickbooks_id FROM record_history
  WHERE (record_key = $record OR hubspot_id = $record OR quickbooks_id = $record) AND ($entity IS NULL OR entity = $entity)
)
SELECT DISTINCT h.at_time, r.number AS run, h.entity, h.hubspot_id, h.quickbooks_id, h.state, h.code, h.sentence
FROM record_history AS h JOIN named AS n ON n.entity = h.entity AND (n.hubspot_id = h.hubspot_id OR n.quickbooks_id = h.quickbooks_id)
LEFT JOIN runs AS r ON r.run_id = h.run_id
ORDER BY h.at_time, h.entity, h.hubspot_id, h.quickbooks_id
