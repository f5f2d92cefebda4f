SELECT system, object, complete, code, detail, records, requests, read_at FROM reads WHERE run_id = $run_id ORDER BY ALL
