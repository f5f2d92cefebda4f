-- Whether no link of the parents has appeared, moved or ended: cheap, since that is so on most nights.
SELECT (SELECT (count(*), bit_xor(hash(entity, hubspot_id, quickbooks_id, role))) FROM links WHERE list_contains($parents, entity))
     = (SELECT (count(*), bit_xor(hash(entity, hubspot_id, quickbooks_id, role))) FROM links_seen WHERE list_contains($parents, entity)) AS alike
