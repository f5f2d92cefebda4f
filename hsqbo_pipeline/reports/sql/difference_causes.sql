-- What the explained differences are explained by.
SELECT currency, measure, code, count(*)::INTEGER AS records, sum(difference) AS difference
FROM reconciliation_differences WHERE run_id = $run_id
GROUP BY currency, measure, code ORDER BY currency, measure, abs(sum(difference)) DESC, code
