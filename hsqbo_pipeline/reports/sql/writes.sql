SELECT j.intended_at AS at_time, r.number AS run, j.system, j.object, j.action, j.status, j.target_id, j.code, j.remote_request, j.body, j.before
FROM journal AS j LEFT JOIN runs AS r ON r.run_id = j.run_id
WHERE j.source_id = $record OR j.target_id = $record
ORDER BY j.intended_at, j.step
