INSERT OR IGNORE INTO touched
SELECT DISTINCT $run_id, 'hubspot', ends.object, ends.id
FROM (
  SELECT from_object AS object, new_from AS id FROM association_followed
  UNION
  SELECT to_object, new_to FROM association_followed
) AS ends
JOIN mirror ON mirror.system = 'hubspot' AND mirror.object = ends.object AND mirror.id = ends.id
