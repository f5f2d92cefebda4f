SELECT entity, hubspot_id, quickbooks_id FROM baselines
