-- A link beats every key: a changed e-mail or SKU leaves a pair together.
INSERT INTO pairs (entity, hubspot_id, quickbooks_id, kind, matched_by)
SELECT DISTINCT $entity, tied.hubspot_id, tied.quickbooks_id, if(tied.role = 'primary', 'linked', 'alias'), tied.matched_by
FROM tied JOIN due ON tied.entity = $entity AND due.entity = $entity AND due.system = 'hubspot' AND due.id = tied.hubspot_id
UNION
SELECT DISTINCT $entity, tied.hubspot_id, tied.quickbooks_id, if(tied.role = 'primary', 'linked', 'alias'), tied.matched_by
FROM tied JOIN due ON tied.entity = $entity AND due.entity = $entity AND due.system = 'quickbooks' AND due.id = tied.quickbooks_id
