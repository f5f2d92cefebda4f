-- Records whose fields, or whose rules, are not the ones they were last evaluated with.
INSERT INTO due (entity, system, id, reason, since_run)
SELECT $entity, s.system, s.id,
  CASE WHEN e.id IS NULL THEN 'new' WHEN e.fields_hash <> s.fields_hash THEN 'changed' ELSE 'rules' END, $run_id
FROM staged AS s
ANTI JOIN refused AS r ON r.system = s.system AND r.id = s.id
LEFT JOIN evaluated AS e ON e.entity = $entity AND e.system = s.system AND e.id = s.id
WHERE e.id IS NULL OR e.fields_hash <> s.fields_hash OR e.rules_hash <> $rules_hash
ON CONFLICT DO NOTHING
