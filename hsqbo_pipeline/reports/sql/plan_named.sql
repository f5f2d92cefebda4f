-- What waits or is under way comes before what is past, then the newest.
SELECT * FROM plans WHERE starts_with(hash, $hash) ORDER BY status IN ('open', 'approved') DESC, created_at DESC LIMIT 1
