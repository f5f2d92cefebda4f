INSERT OR IGNORE INTO touched
SELECT DISTINCT $run_id, 'hubspot', ends.object, ends.id
FROM (
  SELECT $from_object AS object, from_id AS id FROM association_changes
  UNION
  SELECT to_object, to_id FROM association_changes
) AS ends
JOIN mirror ON mirror.system = 'hubspot' AND mirror.object = ends.object AND mirror.id = ends.id
RETURNING id
