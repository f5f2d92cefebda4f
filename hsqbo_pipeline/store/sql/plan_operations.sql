SELECT * FROM operations WHERE plan_hash = $hash ORDER BY list_position($waves::VARCHAR[], wave), position
