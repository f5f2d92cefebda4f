SELECT p.hash, p.status, p.created_at, r.number AS run, p.approved_by, p.approved_at, p.why, p.superseded_by, p.reasons, p.totals,
  (SELECT count(*) FROM operations AS o WHERE o.plan_hash = p.hash)::INTEGER AS operations
FROM plans AS p LEFT JOIN runs AS r ON r.run_id = p.run_id
WHERE p.totals ->> '$.operations' <> '{}'
ORDER BY p.created_at DESC LIMIT $limit
