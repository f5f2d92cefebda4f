-- Records that a confirmed request of ours has made.
SELECT DISTINCT system, object, target_id AS id FROM journal
WHERE status = 'confirmed' AND action = 'create' AND system = $system AND object = $object AND target_id IN (SELECT unnest($ids::VARCHAR[]))
