SELECT * FROM links WHERE $entity IS NULL OR entity = $entity ORDER BY entity, role DESC, hubspot_id, quickbooks_id
