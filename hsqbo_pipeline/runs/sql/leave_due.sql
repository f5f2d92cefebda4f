DELETE FROM due
WHERE EXISTS (SELECT 1 FROM answered AS a WHERE a.entity = due.entity AND a.system = due.system AND a.id = due.id AND a.leaves)
