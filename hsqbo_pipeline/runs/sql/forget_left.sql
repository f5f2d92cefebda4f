SELECT e.* FROM exported AS e
WHERE NOT EXISTS (SELECT 1 FROM links AS l WHERE l.entity = e.entity AND l.hubspot_id = e.hubspot_id AND l.quickbooks_id = e.quickbooks_id)
ORDER BY e.entity, e.hubspot_id, e.quickbooks_id
