-- Refused records, with what they hold; one reason each, the first found.
INSERT OR REPLACE INTO rejects BY NAME
SELECT $entity AS entity, r.system, r.id, r.code, r.field, r.value, s.label, $run_id AS run_id
FROM refused AS r JOIN staged AS s ON s.system = r.system AND s.id = r.id
