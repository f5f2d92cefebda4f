SELECT coalesce(max(position) + 1, 0) AS next FROM operations WHERE plan_hash = $hash
