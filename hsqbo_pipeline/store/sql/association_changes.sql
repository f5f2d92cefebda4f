CREATE OR REPLACE TEMP TABLE association_changes AS
WITH asked AS (SELECT DISTINCT from_id, to_object FROM staged_associations),
stored AS (
  SELECT from_id, to_object, to_id, type_ids FROM associations SEMI JOIN asked USING (from_id, to_object) WHERE from_object = $from_object
),
found AS (SELECT from_id, to_object, to_id, any_value(type_ids) AS type_ids, any_value(reverse_ids) AS reverse_ids
          FROM staged_associations WHERE to_id IS NOT NULL GROUP BY ALL)
SELECT coalesce(found.from_id, stored.from_id) AS from_id, coalesce(found.to_object, stored.to_object) AS to_object,
       coalesce(found.to_id, stored.to_id) AS to_id, found.type_ids, found.reverse_ids, stored.to_id IS NOT NULL AS known
FROM found
FULL JOIN stored USING (from_id, to_object, to_id)
WHERE found.to_id IS NULL OR stored.to_id IS NULL OR found.type_ids IS DISTINCT FROM stored.type_ids
