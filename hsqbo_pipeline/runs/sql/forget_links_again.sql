-- Only where both records are still there, and neither was tied or put aside for another reason since.
INSERT OR IGNORE INTO links BY NAME
SELECT e.entity, e.hubspot_id, e.quickbooks_id, e.role, e.hubspot_object, e.quickbooks_object, e.owner, e.matched_by, $run_id AS since_run,
  e.since_at::TIMESTAMPTZ AS since_at, e.portal, e.realm, e.environment
FROM exported AS e
WHERE (starts_with(e.hubspot_id, 'custom-line-item')
    OR EXISTS (SELECT 1 FROM mirror AS m WHERE m.system = 'hubspot' AND m.object = e.hubspot_object AND m.id = e.hubspot_id AND m.gone IS NULL))
  AND EXISTS (SELECT 1 FROM mirror AS m WHERE m.system = 'quickbooks' AND m.object = e.quickbooks_object AND m.id = split_part(e.quickbooks_id, ':', 1) AND m.gone IS NULL)
  AND NOT EXISTS (SELECT 1 FROM tombstones AS t WHERE t.entity = e.entity AND t.reason <> 'forgotten'
    AND t.id = CASE t.system WHEN 'hubspot' THEN e.hubspot_id ELSE split_part(e.quickbooks_id, ':', 1) END)
