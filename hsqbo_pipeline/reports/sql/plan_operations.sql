SELECT * FROM operations WHERE plan_hash = $hash ORDER BY position
