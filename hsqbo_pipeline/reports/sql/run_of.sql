-- One run that ended: the one asked for, else the newest.
SELECT * FROM runs WHERE ended_at IS NOT NULL AND ($run_id IS NULL OR run_id = $run_id) ORDER BY number DESC LIMIT 1
