-- Links that appeared (with the run that made them) or ended since, and those that this run's draft is about to make or end.
CREATE OR REPLACE TEMP TABLE moved AS
SELECT entity, hubspot_id, quickbooks_id, since_run FROM links AS l
WHERE list_contains($parents, entity) AND NOT EXISTS (
  SELECT 1 FROM links_seen AS s
  WHERE s.entity = l.entity AND s.hubspot_id = l.hubspot_id AND s.quickbooks_id = l.quickbooks_id AND s.role = l.role)
UNION ALL
SELECT entity, hubspot_id, quickbooks_id, NULL FROM links_seen AS s
WHERE list_contains($parents, entity) AND NOT EXISTS (
  SELECT 1 FROM links AS l
  WHERE l.entity = s.entity AND l.hubspot_id = s.hubspot_id AND l.quickbooks_id = s.quickbooks_id AND l.role = s.role)
UNION ALL
SELECT entity, hubspot_id, quickbooks_id, NULL FROM operations AS o
WHERE o.plan_hash = 'draft:' || $run_id AND list_contains($parents, o.entity) AND (json_exists(o.on_done, '$.link') OR json_exists(o.on_done, '$.unlink'))
