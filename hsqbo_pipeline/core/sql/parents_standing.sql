-- How each wanted parent stands: its partner, and what this run has decided about it. A contact that was deleted is nobody's partner
-- any more, one that was merged is who it was merged into; where people are the customers, companies are none.
WITH standing AS (
  SELECT * FROM links
  WHERE entity = 'product'
     OR (entity = 'customer' AND ($object = 'companies' OR (hubspot_object = 'contacts' AND (role = 'primary' OR matched_by <> 'company'))))
),
both_ways AS (
  SELECT entity, 'hubspot' AS system, hubspot_id AS id, quickbooks_id AS partner, role, since_at FROM standing
  UNION ALL
  SELECT s.entity, 'quickbooks', s.quickbooks_id, coalesce(m.merged_into, s.hubspot_id), s.role, s.since_at
  FROM standing AS s
  LEFT JOIN mirror AS m ON s.entity = 'customer' AND m.system = 'hubspot' AND m.object = s.hubspot_object AND m.id = s.hubspot_id AND m.gone IS NOT NULL
  WHERE (m.gone IS NULL OR m.merged_into IS NOT NULL) AND (s.entity = 'product' OR s.hubspot_object = $object)
),
partners AS (
  SELECT w.entity, w.system, w.id, b.partner
  FROM wanted AS w JOIN both_ways AS b ON b.entity = w.entity AND b.system = w.system AND b.id = w.id
  QUALIFY row_number() OVER (PARTITION BY w.entity, w.system, w.id ORDER BY b.role = 'primary' DESC, b.since_at, b.partner) = 1
),
said AS (
  SELECT entity, 'hubspot' AS system, hubspot_id AS id, code, slots, label, operation_ids FROM verdicts
  WHERE run_id = $run_id AND entity IN ('customer', 'product') AND hubspot_id IS NOT NULL
  UNION ALL
  SELECT entity, 'quickbooks', quickbooks_id, code, slots, label, operation_ids FROM verdicts
  WHERE run_id = $run_id AND entity IN ('customer', 'product') AND quickbooks_id IS NOT NULL
),
refused AS (
  SELECT DISTINCT ON (entity, system, id) entity, system, id, code, label FROM rejects WHERE entity IN ('customer', 'product')
),
planned AS (
  SELECT operation_id, steps ->> '$[0].body.CurrencyRef.value' AS currency
  FROM operations WHERE run_id = $run_id AND entity = 'customer' AND action = 'create'
)
SELECT w.entity, w.system, w.id, p.partner, coalesce(s.code, r.code) AS code, s.slots, len(coalesce(s.operation_ids, [])) > 0 AS acted,
  coalesce(s.label, r.label) AS said_of, planned.currency AS planned_currency
FROM wanted AS w
LEFT JOIN partners AS p ON p.entity = w.entity AND p.system = w.system AND p.id = w.id
LEFT JOIN said AS s ON s.entity = w.entity AND s.system = w.system AND s.id = w.id
LEFT JOIN refused AS r ON r.entity = w.entity AND r.system = w.system AND r.id = w.id
LEFT JOIN planned ON planned.operation_id = s.operation_ids[1]
ORDER BY w.entity, w.system, w.id
