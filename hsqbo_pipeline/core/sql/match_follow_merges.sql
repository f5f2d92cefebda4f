-- A merged HubSpot record carries its link along: the survivor lists the ids it consumed. Where the survivor already has a
-- partner of its own the old link stays as it is, and the plan reports both claims.
UPDATE links SET hubspot_id = survivor.id
FROM (
  SELECT lost.old_id, lost.id
  FROM (SELECT id, unnest(merged_ids) AS old_id FROM all_rows WHERE system = 'hubspot') AS lost
  WHERE lost.id <> lost.old_id
    AND NOT EXISTS (SELECT 1 FROM links AS taken WHERE taken.entity = $entity AND taken.hubspot_id = lost.id AND taken.role = 'primary')
  QUALIFY row_number() OVER (PARTITION BY lost.old_id ORDER BY lost.id) = 1
    AND row_number() OVER (PARTITION BY lost.id ORDER BY lost.old_id) = 1
) AS survivor
WHERE links.entity = $entity AND links.hubspot_id = survivor.old_id AND links.hubspot_object = $object
  AND NOT EXISTS (SELECT 1 FROM links AS same WHERE same.entity = $entity AND same.hubspot_id = survivor.id AND same.quickbooks_id = links.quickbooks_id)
RETURNING links.hubspot_id AS id
