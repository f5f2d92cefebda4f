-- What was written within the window, so that small runs do not slip under the limits one by one.
SELECT o.entity, o.system, o.action, count(*)::INTEGER AS operations, coalesce(sum(o.amount), 0)::DECIMAL(18,2) AS amount
FROM operations AS o JOIN runs AS r ON r.run_id = o.run_id
WHERE o.status = 'done' AND r.run_id <> $run_id AND r.started_at > $since
GROUP BY o.entity, o.system, o.action
