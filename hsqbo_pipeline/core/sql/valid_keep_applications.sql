-- The applications of the payments that were kept.
INSERT INTO payment_applications BY NAME
SELECT a.* FROM staged_applications AS a
JOIN staged AS s ON s.system = a.system AND s.id = a.payment_id
ANTI JOIN refused AS r ON r.system = s.system AND r.id = s.id
