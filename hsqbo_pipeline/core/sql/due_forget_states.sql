-- Nothing is left to report of a vanished record that has no partner; a pair is told of by the one that is left.
DELETE FROM record_states USING vanished AS v
WHERE record_states.entity = $entity
  AND CASE v.system WHEN 'hubspot' THEN record_states.quickbooks_id ELSE record_states.hubspot_id END IS NULL
  AND CASE v.system WHEN 'hubspot' THEN record_states.hubspot_id ELSE record_states.quickbooks_id END = v.id
