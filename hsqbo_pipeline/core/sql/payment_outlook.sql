-- What this run has decided about invoices, and for the others how they stood before.
WITH said AS (
  SELECT hubspot_id, quickbooks_id, code, slots, len(operation_ids) > 0 AS acted, true AS now FROM verdicts WHERE run_id = $run_id AND entity = 'invoice'
)
SELECT * FROM said
UNION ALL
SELECT s.hubspot_id, s.quickbooks_id, s.code, s.slots, false, false FROM record_states AS s
WHERE s.entity = 'invoice' AND s.class IN ('EXCLUDED', 'FAILING')
  AND NOT EXISTS (SELECT 1 FROM said WHERE said.hubspot_id = s.hubspot_id) AND NOT EXISTS (SELECT 1 FROM said WHERE said.quickbooks_id = s.quickbooks_id)
