-- The numbers of the first screen.
SELECT count(*)::INTEGER AS records,
  count(*) FILTER (state = 'IN_SYNC')::INTEGER AS in_step,
  count(*) FILTER (state = 'IN_SYNC' AND class = 'WARNING')::INTEGER AS warned,
  count(*) FILTER (state IN ('FAILING', 'BLOCKED') AND since_run = $run_id)::INTEGER AS new_problems,
  count(*) FILTER (state IN ('FAILING', 'BLOCKED') AND since_run <> $run_id)::INTEGER AS still_open,
  min(since_at) FILTER (state IN ('FAILING', 'BLOCKED') AND since_run <> $run_id) AS oldest,
  count(*) FILTER (state = 'WAITING')::INTEGER AS waiting
FROM record_states
