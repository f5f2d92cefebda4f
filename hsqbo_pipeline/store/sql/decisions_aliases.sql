-- What marks cannot tell: further partners, and pairs a person made by hand.
SELECT entity, hubspot_id, quickbooks_id, role, hubspot_object, quickbooks_object, owner, matched_by, since_run, since_at, portal, realm, environment
FROM links WHERE role <> 'primary' OR matched_by IN ('person', 'manual', 'hand') ORDER BY ALL
