-- Who can do something, how much there is, and since when.
SELECT owner, count(*)::INTEGER AS records, count(*) FILTER (since_run = $run_id)::INTEGER AS new, min(since_at) AS since,
  count(DISTINCT code)::INTEGER AS causes
FROM record_states WHERE state IN ('FAILING', 'BLOCKED') GROUP BY owner
ORDER BY CASE owner WHEN 'sales' THEN 1 WHEN 'books' THEN 2 ELSE 3 END
