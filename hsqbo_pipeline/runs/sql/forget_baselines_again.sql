INSERT OR REPLACE INTO baselines BY NAME
SELECT e.entity, e.hubspot_id, e.quickbooks_id, e.hubspot_fields, e.quickbooks_fields, e.hubspot_version, e.quickbooks_version, $run_id AS run_id
FROM exported AS e JOIN links AS l ON l.entity = e.entity AND l.hubspot_id = e.hubspot_id AND l.quickbooks_id = e.quickbooks_id
WHERE e.hubspot_fields IS NOT NULL
