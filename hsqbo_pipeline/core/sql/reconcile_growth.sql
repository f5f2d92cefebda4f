-- How far the explained differences have grown since the proof before, beside the month's figure of the larger side. Each record counts
-- with its whole difference, so that two explanations never make each other small.
WITH earlier AS (
  SELECT r.run_id FROM reconciliation AS r JOIN runs USING (run_id)
  WHERE r.run_id <> $run_id AND runs.number < (SELECT coalesce(max(number), 2147483647) FROM runs WHERE run_id = $run_id)
  ORDER BY runs.number DESC LIMIT 1
),
told AS (
  SELECT month, currency, measure, coalesce(sum(abs(difference)) FILTER (WHERE run_id = $run_id), 0) AS explained,
    coalesce(sum(abs(difference)) FILTER (WHERE run_id <> $run_id), 0) AS before
  FROM reconciliation_differences
  WHERE (run_id = $run_id OR run_id IN (SELECT run_id FROM earlier)) AND measure <> 'count' AND code <> 'UNEXPLAINED'
  GROUP BY month, currency, measure
)
SELECT told.month, told.currency, told.measure, told.explained, told.before, greatest(abs(t.quickbooks), abs(t.hubspot)) AS base
FROM told JOIN reconciliation AS t
  ON t.run_id = $run_id AND t.month = told.month AND t.currency = told.currency AND t.measure = told.measure
WHERE told.explained > told.before AND EXISTS (SELECT 1 FROM earlier)
ORDER BY told.month, told.currency, told.measure
