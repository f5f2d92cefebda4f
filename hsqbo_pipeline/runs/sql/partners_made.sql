-- The links that this run's operations made or moved, to complete the ids of records that were created.
SELECT entity, hubspot_id, quickbooks_id FROM links WHERE since_run = $run_id AND role IN ('primary', 'allocation')
