-- The records associated with some contacts (or companies), whichever end the association was read from.
WITH ends AS (
  SELECT from_id AS id, to_object AS object, to_id AS other FROM associations
  WHERE from_object IN ('contacts', 'companies') AND from_id IN (SELECT unnest($ids)) AND to_object IN (SELECT unnest($objects))
  UNION
  SELECT to_id, from_object, from_id FROM associations
  WHERE to_object IN ('contacts', 'companies') AND to_id IN (SELECT unnest($ids)) AND from_object IN (SELECT unnest($objects))
)
SELECT ends.id, ends.object, mirror.payload
FROM ends JOIN mirror ON mirror.system = 'hubspot' AND mirror.object = ends.object AND mirror.id = ends.other AND mirror.gone IS NULL
ORDER BY ends.id, ends.object, length(ends.other), ends.other
