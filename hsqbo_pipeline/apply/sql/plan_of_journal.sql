SELECT * FROM operations WHERE operation_id = $operation_id AND plan_hash = $plan_hash
