SELECT month, currency, measure, unexplained FROM reconciliation WHERE run_id = $run_id AND unexplained <> 0 ORDER BY month, currency, measure
