-- Since people (or companies) became the customers, the records of the other kind are none: as if they had vanished.
CREATE OR REPLACE TEMP TABLE vanished AS
SELECT system, object, id FROM mirror WHERE system = 'hubspot' AND object IN ('contacts', 'companies') AND object <> $object
