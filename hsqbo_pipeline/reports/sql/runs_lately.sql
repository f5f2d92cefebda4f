-- The last runs, oldest first. A change can have waited from the start of the run before to the end of this one.
SELECT * FROM (
  SELECT number, run_id, kind, started_at, ended_at, exit_code, counts, requests,
    date_diff('second', started_at, ended_at) AS seconds,
    date_diff('second', lag(started_at) OVER (ORDER BY number), ended_at) / 3600.0 AS lag_hours
  FROM runs WHERE ended_at IS NOT NULL AND number <= $number ORDER BY number DESC LIMIT $limit
) ORDER BY number
