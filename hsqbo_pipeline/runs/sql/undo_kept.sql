-- What a run did beside making records and changing customers and products: changed documents, voids, archived records.
SELECT DISTINCT action, entity, system, label FROM operations
WHERE run_id = $run_id AND status = 'done' AND NOT starts_with(plan_hash, 'draft:') AND wave <> 'figures'
  AND (action IN ('void', 'archive') OR (action = 'update' AND entity IN ('invoice', 'payment')))
ORDER BY entity, system, label, action
