-- Whose e-mail addresses are whose, by N11: a job shares its family's address without competing for it, so an address that an
-- ancestor has too is not the job's own; and a job takes part only with an address that nobody else in QuickBooks has.
CREATE OR REPLACE TEMP TABLE own_addresses AS
WITH RECURSIVE ancestors AS (
  SELECT id, parent_id AS ancestor_id FROM customers WHERE system = 'quickbooks' AND parent_id IS NOT NULL
  UNION
  SELECT a.id, c.parent_id FROM ancestors AS a JOIN customers AS c ON c.system = 'quickbooks' AND c.id = a.ancestor_id WHERE c.parent_id IS NOT NULL
),
addresses AS (
  SELECT system, id, parent_id, unnest(email_keys) AS key FROM customers WHERE active OR $inactive
),
shared_upwards AS (
  SELECT DISTINCT mine.id, mine.key
  FROM ancestors AS a
  JOIN addresses AS mine ON mine.system = 'quickbooks' AND mine.id = a.id
  JOIN addresses AS theirs ON theirs.system = 'quickbooks' AND theirs.id = a.ancestor_id AND theirs.key = mine.key
),
standing AS (
  SELECT * FROM addresses ANTI JOIN shared_upwards ON addresses.system = 'quickbooks' AND shared_upwards.id = addresses.id AND shared_upwards.key = addresses.key
),
holders AS (
  SELECT key, count(DISTINCT id) AS held_by FROM standing WHERE system = 'quickbooks' GROUP BY key
)
SELECT standing.system, standing.id, standing.parent_id, standing.key
FROM standing LEFT JOIN holders USING (key)
WHERE standing.system = 'hubspot' OR standing.parent_id IS NULL OR holders.held_by = 1
