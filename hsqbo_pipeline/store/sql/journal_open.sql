SELECT * FROM journal WHERE status IN ('intended', 'uncertain') ORDER BY intended_at, operation_id, step
