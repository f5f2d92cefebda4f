-- Due records of an entity that was not evaluated in this run (a read it needs was incomplete): they are BLOCKED, none is tried.
SELECT d.entity, d.system, d.id FROM due AS d
WHERE d.entity = $entity
  AND NOT EXISTS (SELECT 1 FROM rejects AS r WHERE r.entity = d.entity AND r.system = d.system AND r.id = d.id)
ORDER BY d.system, d.id
