SELECT * FROM plans WHERE status IN ('open', 'approved') ORDER BY created_at DESC LIMIT 1
