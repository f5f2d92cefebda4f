-- A link beats every key: a changed e-mail or SKU leaves a pair together.
INSERT INTO pairs (entity, hubspot_id, quickbooks_id, kind, matched_by)
SELECT DISTINCT $entity, links.hubspot_id, links.quickbooks_id, if(links.role = 'primary', 'linked', 'alias'), links.matched_by
FROM links JOIN due ON due.entity = $entity AND due.system = 'hubspot' AND due.id = links.hubspot_id
WHERE links.entity = $entity
UNION
SELECT DISTINCT $entity, links.hubspot_id, links.quickbooks_id, if(links.role = 'primary', 'linked', 'alias'), links.matched_by
FROM links JOIN due ON due.entity = $entity AND due.system = 'quickbooks' AND due.id = links.quickbooks_id
WHERE links.entity = $entity
