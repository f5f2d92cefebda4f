-- What was written within the window, so that small runs do not slip under the limits one by one. Both times are QuickBooks' own.
SELECT o.entity, o.system, o.action, coalesce(o.currency, '') AS currency, count(*)::INTEGER AS operations,
  count(*) FILTER (len(from_json(o.changes, '["JSON"]')) > 0)::INTEGER AS changed, coalesce(sum(abs(o.amount)), 0)::DECIMAL(18,2) AS amount
FROM operations AS o JOIN plans AS p ON p.hash = o.plan_hash
WHERE o.status = 'done' AND o.run_id <> $run_id AND p.created_at > $since
GROUP BY o.entity, o.system, o.action, coalesce(o.currency, '')
