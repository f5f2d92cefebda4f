DELETE FROM tie_out WHERE run_id = $run_id
