-- What the first night would do, by action.
SELECT system, entity, action, count(*)::INTEGER AS operations, sum(amount)::DECIMAL(18,2) AS amount, currency
FROM operations WHERE plan_hash = $plan_hash AND list_contains($ids, operation_id)
GROUP BY system, entity, action, currency
ORDER BY system, CASE entity WHEN 'product' THEN 1 WHEN 'customer' THEN 2 WHEN 'invoice' THEN 3 ELSE 4 END, action, currency
