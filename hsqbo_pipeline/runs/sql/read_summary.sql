SELECT system, object, complete, code, records, requests FROM reads WHERE run_id = $run_id ORDER BY system, object
