-- The records associated with some records of one object; both ends of an association are kept.
SELECT ends.from_id AS id, ends.to_object AS object, mirror.payload
FROM associations AS ends
JOIN mirror ON mirror.system = 'hubspot' AND mirror.object = ends.to_object AND mirror.id = ends.to_id AND mirror.gone IS NULL
WHERE ends.from_object = $own AND ends.from_id IN (SELECT unnest($ids)) AND ends.to_object IN (SELECT unnest($objects))
ORDER BY ends.from_id, ends.to_object, length(ends.to_id), ends.to_id
