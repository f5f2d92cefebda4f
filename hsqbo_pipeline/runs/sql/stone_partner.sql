-- The record that a tombstone's record was the partner of, if that one has a tombstone of its own for it.
SELECT t.partner_id FROM tombstones AS t
JOIN tombstones AS other ON other.entity = t.entity AND other.system <> t.system AND other.id = t.partner_id AND other.partner_id = t.id
WHERE t.entity = $entity AND t.system = $system AND t.id = $id
