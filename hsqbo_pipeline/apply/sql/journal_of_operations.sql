SELECT write_id, operation_id, step, status, target_id, code, on_done->>'plan' AS plan FROM journal
WHERE operation_id IN (SELECT unnest($ids::VARCHAR[])) ORDER BY operation_id, step
