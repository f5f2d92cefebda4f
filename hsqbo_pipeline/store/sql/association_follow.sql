INSERT OR IGNORE INTO associations
SELECT DISTINCT ON (from_object, new_from, to_object, new_to) from_object, new_from, to_object, new_to, type_ids FROM association_followed
