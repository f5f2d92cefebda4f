-- What a run did, beside both records as they stand now. Later waves are undone first.
WITH done AS (
  SELECT o.*, CASE o.wave WHEN 'payments' THEN 1 WHEN 'invoices' THEN 2 WHEN 'customers' THEN 3 ELSE 4 END AS turn
  FROM operations AS o
  WHERE o.run_id = $run_id AND o.status = 'done' AND NOT starts_with(o.plan_hash, 'draft:') AND o.wave <> 'figures'
),
paired AS (
  SELECT done.*,
    coalesce(done.hubspot_id, by_quickbooks.hubspot_id) AS now_hubspot_id, coalesce(done.quickbooks_id, by_hubspot.quickbooks_id) AS now_quickbooks_id
  FROM done
  LEFT JOIN links AS by_hubspot ON by_hubspot.entity = done.entity AND by_hubspot.hubspot_id = done.hubspot_id AND by_hubspot.role = 'primary'
  LEFT JOIN links AS by_quickbooks ON by_quickbooks.entity = done.entity AND by_quickbooks.quickbooks_id = done.quickbooks_id AND by_quickbooks.role = 'primary'
)
SELECT paired.* EXCLUDE (turn) FROM paired ORDER BY turn, paired.position
