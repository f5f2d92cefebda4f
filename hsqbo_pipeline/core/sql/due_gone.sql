-- The partner of a linked record that vanished has to be looked at, and nothing else is left to say of the vanished one.
INSERT INTO due (entity, system, id, reason, since_run)
SELECT DISTINCT $entity, 'quickbooks', links.quickbooks_id, 'gone', $run_id
FROM links JOIN vanished ON vanished.system = 'hubspot' AND vanished.id = links.hubspot_id AND vanished.object = links.hubspot_object
WHERE links.entity = $entity AND links.role <> 'company'
UNION
SELECT DISTINCT $entity, 'hubspot', links.hubspot_id, 'gone', $run_id
FROM links JOIN vanished ON vanished.system = 'quickbooks' AND vanished.id = split_part(links.quickbooks_id, ':', 1) AND vanished.object = links.quickbooks_object
WHERE links.entity = $entity
ON CONFLICT DO NOTHING
