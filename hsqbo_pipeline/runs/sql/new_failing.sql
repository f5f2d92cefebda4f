SELECT count(*)::INTEGER AS records FROM record_states WHERE state = 'FAILING' AND since_run = $run_id
