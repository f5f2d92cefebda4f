INSERT OR IGNORE INTO due SELECT $entity, $system, id, $reason, $run_id FROM (SELECT DISTINCT unnest($ids::VARCHAR[]) AS id)
