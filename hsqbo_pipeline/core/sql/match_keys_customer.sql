-- E-mail keys of everyone who may be matched by them. A job shares its family's e-mail without competing for it: it takes
-- part only where the address is its own alone (N11). Inactive QuickBooks customers take no part unless the rules bring them along.
CREATE OR REPLACE TEMP TABLE match_keys AS
WITH addresses AS (
  SELECT system, id, parent_id, unnest(email_keys) AS key FROM customers WHERE active OR $inactive
),
holders AS (
  SELECT key, count(DISTINCT id) AS held_by FROM addresses WHERE system = 'quickbooks' GROUP BY key
)
SELECT addresses.system, addresses.id, addresses.key
FROM addresses LEFT JOIN holders USING (key)
WHERE addresses.system = 'hubspot' OR addresses.parent_id IS NULL OR holders.held_by = 1
