SELECT count(*)::INTEGER AS records FROM verdicts WHERE run_id = $run_id
