-- Everyone who shares a key with a due record that has no partner yet; `partner` tells who is taken already.
CREATE OR REPLACE TEMP TABLE rivals AS
WITH linked AS (
  SELECT 'hubspot' AS system, hubspot_id AS id, min(quickbooks_id) AS partner FROM tied WHERE entity = $entity GROUP BY hubspot_id
  UNION ALL
  SELECT 'quickbooks', quickbooks_id, min(hubspot_id) FROM tied WHERE entity = $entity GROUP BY quickbooks_id
),
keys AS (
  SELECT k.system, k.id, k.key, linked.partner
  FROM match_keys AS k LEFT JOIN linked ON linked.system = k.system AND linked.id = k.id
  WHERE NOT EXISTS (SELECT 1 FROM tombstones AS t WHERE t.entity = $entity AND t.system = k.system AND t.id = k.id)
),
wanted AS (
  SELECT DISTINCT keys.key
  FROM keys JOIN due ON due.entity = $entity AND due.system = keys.system AND due.id = keys.id
  WHERE keys.partner IS NULL
),
holders AS (
  SELECT DISTINCT keys.system, keys.id FROM keys SEMI JOIN wanted ON wanted.key = keys.key
),
-- A holder's further keys (secondary e-mails) may make it someone else's partner too, so they are looked at as well.
reached AS (
  SELECT DISTINCT keys.key FROM keys SEMI JOIN holders ON holders.system = keys.system AND holders.id = keys.id
)
SELECT DISTINCT keys.system, keys.id, keys.key, keys.partner FROM keys SEMI JOIN reached ON reached.key = keys.key
