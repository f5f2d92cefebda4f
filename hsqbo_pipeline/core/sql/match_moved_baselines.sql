-- Baselines follow the links that a merge has moved.
UPDATE baselines SET hubspot_id = links.hubspot_id
FROM links
WHERE baselines.entity = $entity AND links.entity = $entity AND links.quickbooks_id = baselines.quickbooks_id
  AND links.hubspot_id <> baselines.hubspot_id AND links.role = 'primary'
