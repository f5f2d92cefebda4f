SELECT system, object, code, detail FROM reads WHERE run_id = $run_id AND NOT complete ORDER BY system, object
