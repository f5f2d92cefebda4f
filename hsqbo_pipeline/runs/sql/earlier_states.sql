-- What was said of the same records before this run: for "since when", and for refusals that are not sent twice.
SELECT s.* FROM record_states AS s
WHERE EXISTS (SELECT 1 FROM verdicts AS v WHERE v.run_id = $run_id AND v.entity = s.entity AND v.hubspot_id = s.hubspot_id)
   OR EXISTS (SELECT 1 FROM verdicts AS v WHERE v.run_id = $run_id AND v.entity = s.entity AND v.quickbooks_id = s.quickbooks_id)
