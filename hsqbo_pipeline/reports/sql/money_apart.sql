-- Per currency: how far the two sides' totals are apart, and how much of it nobody can explain.
SELECT currency, sum(abs(quickbooks - hubspot)) FILTER (measure = 'total') AS apart, sum(abs(unexplained)) FILTER (measure <> 'count') AS unexplained
FROM reconciliation WHERE run_id = $run_id GROUP BY currency ORDER BY currency
