-- HubSpot ties whatever a merged record was tied to to its survivor. What the survivor was itself read with is known already.
CREATE OR REPLACE TEMP TABLE association_followed AS
SELECT a.from_object, a.from_id, a.to_object, a.to_id, a.type_ids,
  if(a.from_object = $object AND m.id = a.from_id, m.merged_into, a.from_id) AS new_from,
  if(a.to_object = $object AND m.id = a.to_id, m.merged_into, a.to_id) AS new_to
FROM associations AS a
JOIN mirror AS m ON m.system = 'hubspot' AND m.object = $object AND m.merged_into IS NOT NULL AND list_contains($ids::VARCHAR[], m.id)
  AND ((a.from_object = $object AND a.from_id = m.id AND NOT list_contains($read_with::VARCHAR[], a.to_object))
    OR (a.to_object = $object AND a.to_id = m.id AND NOT list_contains($read_with::VARCHAR[], a.from_object)))
