DELETE FROM operations WHERE plan_hash = $hash
