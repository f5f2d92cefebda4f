SELECT currency, count(*)::INTEGER AS customers, count(*) FILTER (difference <> 0)::INTEGER AS apart, sum(open_invoices) AS open_invoices,
  sum(unapplied) AS unapplied, sum(credits) AS credits, sum(balance) AS balance, sum(abs(difference)) AS difference
FROM tie_out WHERE run_id = $run_id GROUP BY currency ORDER BY currency
