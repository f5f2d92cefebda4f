-- Everyone who shares a key with a due record that has no partner yet; `partner` tells who is taken already. It begins with what is due
-- and free, and only what that reaches is looked up, so that an unchanged book costs nothing.
CREATE OR REPLACE TEMP TABLE rivals AS
WITH free AS (
  SELECT system, id FROM due
  WHERE entity = $entity
    AND NOT EXISTS (SELECT 1 FROM tied WHERE tied.entity = $entity AND due.system = 'hubspot' AND tied.hubspot_id = due.id)
    AND NOT EXISTS (SELECT 1 FROM tied WHERE tied.entity = $entity AND due.system = 'quickbooks' AND tied.quickbooks_id = due.id)
),
keys AS (
  SELECT system, id, key FROM match_keys AS k
  WHERE NOT EXISTS (SELECT 1 FROM tombstones AS t WHERE t.entity = $entity AND t.system = k.system AND t.id = k.id)
),
wanted AS (
  SELECT DISTINCT keys.key FROM keys SEMI JOIN free ON free.system = keys.system AND free.id = keys.id
),
holders AS (
  SELECT DISTINCT keys.system, keys.id FROM keys SEMI JOIN wanted ON wanted.key = keys.key
),
-- A holder's further keys (secondary e-mails) may make it someone else's partner too, so they are looked at as well.
reached AS (
  SELECT DISTINCT keys.key FROM keys SEMI JOIN holders ON holders.system = keys.system AND holders.id = keys.id
),
found AS MATERIALIZED (
  SELECT DISTINCT keys.system, keys.id, keys.key FROM keys SEMI JOIN reached ON reached.key = keys.key
),
taken AS (
  SELECT 'hubspot' AS system, hubspot_id AS id, min(quickbooks_id) AS partner FROM tied
  WHERE entity = $entity AND hubspot_id IN (SELECT id FROM found WHERE system = 'hubspot') GROUP BY hubspot_id
  UNION ALL
  SELECT 'quickbooks', quickbooks_id, min(hubspot_id) FROM tied
  WHERE entity = $entity AND quickbooks_id IN (SELECT id FROM found WHERE system = 'quickbooks') GROUP BY quickbooks_id
)
SELECT found.system, found.id, found.key, taken.partner
FROM found LEFT JOIN taken ON taken.system = found.system AND taken.id = found.id
