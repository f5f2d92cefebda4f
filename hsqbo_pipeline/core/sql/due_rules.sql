-- Records that were evaluated under other rules, touched or not.
INSERT INTO due (entity, system, id, reason, since_run)
SELECT entity, system, id, 'rules', $run_id FROM evaluated WHERE entity = $entity AND rules_hash <> $rules_hash
ON CONFLICT DO NOTHING
