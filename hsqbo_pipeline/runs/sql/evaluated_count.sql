-- How many records a run looked at, and how many of those `start` keeps out.
SELECT count(*)::INTEGER AS records, count(*) FILTER (code = 'FLT_BEFORE_START')::INTEGER AS before_start
FROM verdicts WHERE run_id = $run_id
