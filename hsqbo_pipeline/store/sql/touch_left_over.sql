-- What a run touched that never came to its end has not been looked at: it is this run's work now.
INSERT OR IGNORE INTO touched
SELECT DISTINCT $run_id, touched.system, touched.object, touched.id
FROM touched
JOIN runs ON runs.run_id = touched.run_id AND runs.ended_at IS NULL
WHERE touched.run_id <> $run_id
