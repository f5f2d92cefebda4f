-- Whether no link of the parents has appeared, moved or ended, and none is about to: cheap, since that is so on most nights.
SELECT (SELECT (count(*), bit_xor(hash(entity, hubspot_id, quickbooks_id, role))) FROM links WHERE list_contains($parents, entity))
     = (SELECT (count(*), bit_xor(hash(entity, hubspot_id, quickbooks_id, role))) FROM links_seen WHERE list_contains($parents, entity))
   AND NOT EXISTS (
     SELECT 1 FROM operations AS o
     WHERE o.plan_hash = 'draft:' || $run_id AND list_contains($parents, o.entity) AND (json_exists(o.on_done, '$.link') OR json_exists(o.on_done, '$.unlink'))) AS alike
