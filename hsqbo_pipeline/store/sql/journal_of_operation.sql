SELECT * FROM journal WHERE operation_id = $operation_id ORDER BY step, intended_at
