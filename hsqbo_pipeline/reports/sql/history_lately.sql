-- The newest entries of each record, for the report.
SELECT h.record_key, h.at_time, r.number AS run, h.state, h.code, h.action, h.sentence, h.remote_request
FROM record_history AS h LEFT JOIN runs AS r ON r.run_id = h.run_id
QUALIFY row_number() OVER (PARTITION BY h.record_key ORDER BY h.at_time DESC) <= $each
ORDER BY h.at_time DESC LIMIT $limit
