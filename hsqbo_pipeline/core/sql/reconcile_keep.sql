-- One row per month, currency and measure, agreeing ones included. What is unexplained is counted record by record, so that two wrongs
-- never make a right.
INSERT INTO reconciliation (run_id, month, currency, measure, quickbooks, hubspot, explained, unexplained)
WITH sums AS (
  SELECT month, currency, measure, sum(quickbooks) AS quickbooks, sum(hubspot) AS hubspot FROM proof GROUP BY month, currency, measure
),
told AS (
  SELECT month, currency, measure, sum(explained) AS explained, sum(abs(difference - explained)) AS unexplained
  FROM proof_differences GROUP BY month, currency, measure
)
SELECT $run_id, s.month, s.currency, s.measure, s.quickbooks, s.hubspot, coalesce(t.explained, 0), coalesce(t.unexplained, 0)
FROM sums AS s LEFT JOIN told AS t USING (month, currency, measure)
