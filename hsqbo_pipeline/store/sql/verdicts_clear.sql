DELETE FROM verdicts WHERE run_id = $run_id AND record_key IN (SELECT unnest($keys::VARCHAR[]))
