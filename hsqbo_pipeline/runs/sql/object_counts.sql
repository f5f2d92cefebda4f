-- One row per object and direction: what was read, paired, written and left out.
WITH directions AS (
  SELECT entity, target FROM (VALUES ('customer'), ('product'), ('invoice'), ('payment')) AS e (entity), (VALUES ('hubspot'), ('quickbooks')) AS t (target)
),
known AS (
  SELECT 'customer' AS entity, system, count(*) AS records FROM customers GROUP BY system
  UNION ALL SELECT 'product', system, count(*) FROM products GROUP BY system
  UNION ALL SELECT 'invoice', system, count(*) FROM invoices GROUP BY system
  UNION ALL SELECT 'payment', system, count(*) FROM payments GROUP BY system
),
done AS (
  SELECT entity, system AS target,
    count(*) FILTER (action = 'create' AND status = 'done') AS created,
    count(*) FILTER (action IN ('update', 'void', 'archive') AND status = 'done') AS updated,
    count(*) FILTER (action = 'link' AND wave <> 'figures' AND status = 'done') AS linked,
    count(*) FILTER (status = 'planned') AS planned
  FROM operations WHERE run_id = $run_id AND NOT starts_with(plan_hash, 'draft:') GROUP BY entity, system
),
states AS (
  -- A record without a partner is told beside the direction it would travel.
  SELECT entity, CASE WHEN hubspot_id IS NULL THEN 'hubspot' WHEN quickbooks_id IS NULL THEN 'quickbooks' END AS target,
    count(*) FILTER (state = 'EXCLUDED') AS excluded, count(*) FILTER (state = 'FAILING') AS failing, count(*) FILTER (state IN ('WAITING', 'BLOCKED')) AS waiting
  FROM record_states WHERE hubspot_id IS NULL OR quickbooks_id IS NULL GROUP BY ALL
),
paired AS (
  SELECT entity, count(*) AS matched FROM links WHERE role IN ('primary', 'allocation') GROUP BY entity
),
paired_failing AS (
  SELECT entity, count(*) FILTER (state = 'FAILING') AS failing FROM record_states WHERE hubspot_id IS NOT NULL AND quickbooks_id IS NOT NULL GROUP BY entity
),
unchanged AS (
  SELECT entity, count(*) AS unchanged FROM record_states
  WHERE state = 'IN_SYNC' AND (run_id <> $run_id OR detail = 'unchanged') GROUP BY entity
)
SELECT d.entity AS object, if(d.target = 'hubspot', 'quickbooks_to_hubspot', 'hubspot_to_quickbooks') AS direction,
  coalesce(known.records, 0)::INTEGER AS read, coalesce(paired.matched, 0)::INTEGER AS matched,
  coalesce(done.created, 0)::INTEGER AS created, (coalesce(done.updated, 0))::INTEGER AS updated, coalesce(done.linked, 0)::INTEGER AS linked,
  coalesce(unchanged.unchanged, 0)::INTEGER AS unchanged, coalesce(states.excluded, 0)::INTEGER AS excluded,
  (coalesce(states.failing, 0) + if(d.target = 'hubspot', coalesce(paired_failing.failing, 0), 0))::INTEGER AS failing,
  coalesce(states.waiting, 0)::INTEGER AS waiting, coalesce(done.planned, 0)::INTEGER AS planned
FROM directions AS d
LEFT JOIN known ON known.entity = d.entity AND known.system <> d.target
LEFT JOIN done ON done.entity = d.entity AND done.target = d.target
LEFT JOIN states ON states.entity = d.entity AND states.target = d.target
LEFT JOIN paired ON paired.entity = d.entity
LEFT JOIN paired_failing ON paired_failing.entity = d.entity
LEFT JOIN unchanged ON unchanged.entity = d.entity
ORDER BY CASE d.entity WHEN 'customer' THEN 1 WHEN 'product' THEN 2 WHEN 'invoice' THEN 3 ELSE 4 END, direction DESC
