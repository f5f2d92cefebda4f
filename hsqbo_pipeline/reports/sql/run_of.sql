-- One run that ended: the one asked for, else the newest. `now_at` is its time by QuickBooks' clock, which dates all that its records say.
SELECT runs.*, coalesce((SELECT max(read_at) FROM reads WHERE reads.run_id = runs.run_id AND reads.system = 'quickbooks'), ended_at) AS now_at
FROM runs WHERE ended_at IS NOT NULL AND ($run_id IS NULL OR run_id = $run_id) ORDER BY number DESC LIMIT 1
