-- Live rows of an object that a complete read did not meet.
SELECT id FROM mirror
WHERE system = $system AND object = $object AND gone IS NULL AND id NOT IN (SELECT id FROM staged_ids)
ORDER BY id
