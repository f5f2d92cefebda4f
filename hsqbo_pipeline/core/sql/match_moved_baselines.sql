-- Baselines follow the links that a merge has moved.
UPDATE baselines SET hubspot_id = links.hubspot_id
FROM links
WHERE baselines.entity = $entity AND links.entity = $entity AND links.quickbooks_id = baselines.quickbooks_id
  AND links.hubspot_id <> baselines.hubspot_id AND links.role = 'primary'
  AND NOT EXISTS (
    FROM links AS still WHERE still.entity = $entity AND still.hubspot_id = baselines.hubspot_id AND still.quickbooks_id = baselines.quickbooks_id)
  AND NOT EXISTS (
    FROM baselines AS own WHERE own.entity = $entity AND own.hubspot_id = links.hubspot_id AND own.quickbooks_id = links.quickbooks_id)
