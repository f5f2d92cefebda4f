SELECT * FROM plans WHERE starts_with(hash, $hash) ORDER BY hash LIMIT 2
