-- What was written (or is to be) for each record, newest first.
SELECT o.entity, o.hubspot_id, o.quickbooks_id, o.source_system, o.source_id, r.number AS run, o.system, o.action, o.status, o.changes
FROM operations AS o LEFT JOIN runs AS r ON r.run_id = o.run_id
WHERE NOT starts_with(o.plan_hash, 'draft:') ORDER BY r.number DESC, o.position LIMIT $limit
