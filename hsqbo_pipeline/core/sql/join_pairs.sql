-- Two records that a rule brought together while planning: one pair instead of two single rows.
DELETE FROM pairs WHERE entity = $entity AND kind = 'single' AND (hubspot_id = $hubspot_id OR quickbooks_id = $quickbooks_id)
