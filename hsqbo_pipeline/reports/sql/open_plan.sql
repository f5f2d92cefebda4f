-- The plan that waits for somebody's yes.
SELECT p.hash, p.created_at, p.reasons, count(o.operation_id)::INTEGER AS operations
FROM plans AS p JOIN operations AS o ON o.plan_hash = p.hash AND o.status = 'planned'
WHERE p.status = 'open' GROUP BY ALL ORDER BY p.created_at DESC LIMIT 1
