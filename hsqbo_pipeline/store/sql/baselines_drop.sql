DELETE FROM baselines WHERE entity = $entity AND hubspot_id = $hubspot_id AND quickbooks_id = $quickbooks_id
