SELECT month, currency, measure, quickbooks, hubspot, quickbooks - hubspot AS difference, explained, unexplained
FROM reconciliation WHERE run_id = $run_id
ORDER BY month DESC, currency, CASE measure WHEN 'count' THEN 1 WHEN 'total' THEN 2 WHEN 'tax' THEN 3 WHEN 'balance' THEN 4 ELSE 5 END
