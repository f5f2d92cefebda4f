-- What a run did and nobody has taken back yet, beside both records as they stand now. Later waves are undone first.
WITH done AS (
  SELECT o.*, CASE o.wave WHEN 'payments' THEN 1 WHEN 'invoices' THEN 2 WHEN 'customers' THEN 3 ELSE 4 END AS turn
  FROM operations AS o
  WHERE o.run_id = $run_id AND o.status = 'done' AND NOT starts_with(o.plan_hash, 'draft:') AND o.wave <> 'figures'
    AND NOT (o.action = 'create' AND EXISTS (
      SELECT 1 FROM tombstones AS t WHERE t.entity = o.entity AND t.system = o.source_system AND t.id = o.source_id AND t.reason = 'undone'
    ))
),
-- The pair as it is linked now; a payment's share of an invoice is linked under its source.
partners AS (
  SELECT done.operation_id, any_value(l.hubspot_id) AS hubspot_id, any_value(l.quickbooks_id) AS quickbooks_id
  FROM done JOIN links AS l ON l.entity = done.entity AND l.role IN ('primary', 'allocation')
    AND done.source_id = CASE done.source_system WHEN 'hubspot' THEN l.hubspot_id ELSE l.quickbooks_id END
  GROUP BY done.operation_id
),
paired AS (
  SELECT done.*, coalesce(done.hubspot_id, p.hubspot_id) AS now_hubspot_id,
    coalesce(if(contains(p.quickbooks_id, ':'), p.quickbooks_id, done.quickbooks_id), p.quickbooks_id) AS now_quickbooks_id
  FROM done LEFT JOIN partners AS p ON p.operation_id = done.operation_id
)
SELECT paired.* EXCLUDE (turn) FROM paired ORDER BY turn, paired.position
