DELETE FROM links WHERE entity = $entity AND hubspot_id = $old_id
