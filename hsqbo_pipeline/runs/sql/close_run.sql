UPDATE runs SET ended_at = $ended_at, exit_code = $exit_code, plan_hash = $plan_hash, counts = $counts, requests = $requests WHERE run_id = $run_id
