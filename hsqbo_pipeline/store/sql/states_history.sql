SELECT * FROM record_history
WHERE record_key = $record OR hubspot_id = $record OR quickbooks_id = $record
ORDER BY at_time, run_id
