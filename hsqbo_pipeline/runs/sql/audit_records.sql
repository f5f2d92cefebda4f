-- Every record behind `audit_reasons`, for whoever wants to work through them.
SELECT entity, state, code, coalesce(label, hubspot_id, quickbooks_id) AS label, hubspot_id, quickbooks_id, amount, currency, business_day, sentence
FROM record_states
WHERE entity <> 'connection' AND (code NOT IN ('OPS_UNCHANGED', 'OPS_AWAITING_APPROVAL') OR state = 'FAILING')
ORDER BY entity, code, record_key
