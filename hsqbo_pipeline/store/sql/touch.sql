INSERT OR IGNORE INTO touched SELECT $run_id, $system, $object, id FROM (SELECT DISTINCT unnest($ids::VARCHAR[]) AS id)
