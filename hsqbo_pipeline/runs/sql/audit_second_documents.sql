-- The documents that look like a workflow's second one (HS_WORKFLOW_DUPLICATE), with what they are called and worth.
SELECT s.code, s.label, s.hubspot_id, s.quickbooks_id, s.amount, s.currency, s.business_day AS day, s.sentence
FROM record_states AS s
WHERE s.code = 'HS_WORKFLOW_DUPLICATE' OR EXISTS (SELECT 1 FROM (SELECT unnest(from_json(s.reasons, '["JSON"]')) AS r) WHERE r ->> '$.code' = 'HS_WORKFLOW_DUPLICATE')
ORDER BY s.business_day, s.record_key
