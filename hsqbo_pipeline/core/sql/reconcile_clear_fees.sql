DELETE FROM fees WHERE run_id = $run_id
