-- The records to look at: whatever was touched since it was last looked at, or everything when the way of looking has changed.
CREATE OR REPLACE TEMP TABLE work AS
SELECT DISTINCT system, object, id FROM touched WHERE list_contains($objects, object)
UNION
SELECT system, object, id FROM mirror WHERE $everything AND list_contains($objects, object)
