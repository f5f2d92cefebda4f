-- Rejects of records that are still due: told in the words of their code.
SELECT r.*, l.hubspot_id AS linked_hubspot, l.quickbooks_id AS linked_quickbooks
FROM rejects AS r
LEFT JOIN links AS l ON l.entity = r.entity AND l.role = 'primary'
  AND ((r.system = 'hubspot' AND l.hubspot_id = r.id) OR (r.system = 'quickbooks' AND l.quickbooks_id = r.id))
ORDER BY r.entity, r.system, r.id
