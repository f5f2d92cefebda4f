-- How far the explained differences have grown since the proof before, as a share of the month's total in the books.
WITH earlier AS (
  SELECT r.run_id FROM reconciliation AS r JOIN runs USING (run_id)
  WHERE r.run_id <> $run_id AND runs.number < (SELECT coalesce(max(number), 2147483647) FROM runs WHERE run_id = $run_id)
  ORDER BY runs.number DESC LIMIT 1
),
now AS (
  SELECT month, currency, sum(abs(difference)) AS explained FROM reconciliation_differences
  WHERE run_id = $run_id AND measure = 'total' AND code <> 'UNEXPLAINED' GROUP BY month, currency
),
before AS (
  SELECT month, currency, sum(abs(difference)) AS explained FROM reconciliation_differences
  WHERE run_id IN (SELECT run_id FROM earlier) AND measure = 'total' AND code <> 'UNEXPLAINED' GROUP BY month, currency
)
SELECT now.month, now.currency, now.explained, coalesce(before.explained, 0) AS before, t.quickbooks AS total,
  100 * (now.explained - coalesce(before.explained, 0)) / nullif(greatest(abs(t.quickbooks), abs(t.hubspot)), 0) AS percent
FROM now LEFT JOIN before USING (month, currency)
JOIN reconciliation AS t ON t.run_id = $run_id AND t.month = now.month AND t.currency = now.currency AND t.measure = 'total'
WHERE EXISTS (SELECT 1 FROM earlier)
ORDER BY now.month, now.currency
