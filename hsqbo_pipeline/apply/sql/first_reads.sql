-- Each system's own time when a run began to read it: what the run made itself is not older.
SELECT run_id, system, min(read_at) AS began FROM reads WHERE run_id IN (SELECT unnest($runs::VARCHAR[])) GROUP BY ALL
