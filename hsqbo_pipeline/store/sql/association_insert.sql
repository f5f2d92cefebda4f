INSERT OR REPLACE INTO associations
SELECT $from_object, from_id, to_object, to_id, type_ids FROM association_changes WHERE type_ids IS NOT NULL
UNION ALL
SELECT to_object, to_id, $from_object, from_id, reverse_ids FROM association_changes WHERE type_ids IS NOT NULL
