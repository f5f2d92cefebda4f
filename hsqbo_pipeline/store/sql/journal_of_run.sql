SELECT * FROM journal WHERE run_id = $run_id ORDER BY intended_at, operation_id, step
