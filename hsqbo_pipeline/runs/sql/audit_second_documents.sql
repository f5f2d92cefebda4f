-- The documents that look like a workflow's second one (HS_WORKFLOW_DUPLICATE), as they were judged; a planned copy hides no warning here.
SELECT v.entity, v.label, v.hubspot_id, v.quickbooks_id, v.amount, v.currency, v.business_day AS day,
  coalesce(if(v.code = 'HS_WORKFLOW_DUPLICATE', v.slots ->> '$.id', NULL), r ->> '$.slots.id') AS payment_id
FROM (
  SELECT verdicts.*, list_filter(from_json(reasons, '["JSON"]'), lambda each: (each ->> '$.code') = 'HS_WORKFLOW_DUPLICATE')[1] AS r
  FROM verdicts WHERE run_id = $run_id
) AS v
WHERE v.code = 'HS_WORKFLOW_DUPLICATE' OR v.r IS NOT NULL
ORDER BY v.business_day, v.record_key
