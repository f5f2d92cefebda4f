UPDATE baselines SET hubspot_id = $new_id
WHERE entity = $entity AND hubspot_id = $old_id
  AND NOT EXISTS (
    FROM baselines AS other
    WHERE other.entity = $entity AND other.hubspot_id = $new_id AND other.quickbooks_id = baselines.quickbooks_id)
