-- A merged record answers under another id: its link goes along, unless the survivor is linked to that partner already.
UPDATE links SET hubspot_id = $new_id
WHERE entity = $entity AND hubspot_id = $old_id
  AND NOT EXISTS (
    FROM links AS other
    WHERE other.entity = $entity AND other.hubspot_id = $new_id AND other.quickbooks_id = links.quickbooks_id)
