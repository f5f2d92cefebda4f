-- What the next comparison starts from.
INSERT INTO links_seen SELECT entity, hubspot_id, quickbooks_id, role FROM links WHERE list_contains($parents, entity)
