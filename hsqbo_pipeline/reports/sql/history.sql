-- A record's life: each run that looked at it, and what was written for it with the other side's name for the request.
SELECT h.at_time, r.number AS run, h.state, h.code, h.action, h.sentence, h.changes, h.remote_request
FROM record_history AS h LEFT JOIN runs AS r ON r.run_id = h.run_id
WHERE h.record_key = $record OR h.hubspot_id = $record OR h.quickbooks_id = $record
ORDER BY h.at_time, h.record_key
