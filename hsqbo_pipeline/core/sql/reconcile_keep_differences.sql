-- Differences by record: what a code explains under that code, the rest as unexplained.
INSERT INTO reconciliation_differences (run_id, month, currency, measure, entity, hubspot_id, quickbooks_id, difference, code)
SELECT $run_id, month, currency, measure, entity, hubspot_id, quickbooks_id, explained, code FROM proof_differences WHERE explained <> 0
UNION ALL
SELECT $run_id, month, currency, measure, entity, hubspot_id, quickbooks_id, difference - explained, 'UNEXPLAINED' FROM proof_differences
WHERE difference <> explained
