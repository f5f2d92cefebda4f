-- The customer of each invoice that this run's plan makes in QuickBooks: an id, or the marker of one.
SELECT v.hubspot_id, o.steps -> '$[0].body.CustomerRef.value' AS customer
FROM verdicts AS v JOIN operations AS o ON list_contains(v.operation_ids, o.operation_id) AND o.run_id = v.run_id
WHERE v.run_id = $run_id AND v.entity = 'invoice' AND o.entity = 'invoice' AND o.system = 'quickbooks' AND o.action = 'create' AND v.hubspot_id IS NOT NULL
