-- Changes of HubSpot records that took effect, or may have, and whose history nobody has looked at.
-- One that was let go with a code was turned away at the door; without a code its answer was lost.
SELECT j.write_id, j.entity, j.object, j.target_id, j.body, j.before, j.status,
       (SELECT min(l.quickbooks_id) FROM links AS l WHERE l.entity = j.entity AND l.hubspot_id = j.target_id) AS quickbooks_id
FROM journal AS j
WHERE j.system = 'hubspot' AND j.action = 'update' AND j.history_checked IS NULL
  AND (j.status = 'confirmed' OR (j.status = 'abandoned' AND j.code IS NULL))
ORDER BY j.object, j.target_id, j.write_id
