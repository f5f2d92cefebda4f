-- What marks cannot tell: further partners, pairs a person made by hand, and the items that stand in for lines without one.
SELECT entity, hubspot_id, quickbooks_id, role, hubspot_object, quickbooks_object, owner, matched_by, since_run, since_at, portal, realm, environment
FROM links
WHERE role = 'alias' OR matched_by IN ('by hand', 'person', 'manual', 'hand') OR starts_with(hubspot_id, 'custom-line-item')
ORDER BY ALL
