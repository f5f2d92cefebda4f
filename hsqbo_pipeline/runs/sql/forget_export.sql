SELECT l.*, b.hubspot_fields, b.quickbooks_fields, b.hubspot_version, b.quickbooks_version
FROM links AS l LEFT JOIN baselines AS b ON b.entity = l.entity AND b.hubspot_id = l.hubspot_id AND b.quickbooks_id = l.quickbooks_id
ORDER BY l.entity, l.role DESC, l.hubspot_id, l.quickbooks_id
