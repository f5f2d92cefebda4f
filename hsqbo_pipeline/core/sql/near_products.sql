-- Products of the other side that look alike: a SKU that differs in dashes, dots and blanks only, or the same name.
WITH singles AS (
  SELECT 'hubspot' AS system, hubspot_id AS id FROM pairs WHERE entity = 'product' AND kind = 'single' AND hubspot_id IS NOT NULL
  UNION ALL SELECT 'quickbooks', quickbooks_id FROM pairs WHERE entity = 'product' AND kind = 'single' AND quickbooks_id IS NOT NULL
),
free AS (
  SELECT p.* FROM products AS p
  WHERE p.active
    AND NOT EXISTS (SELECT 1 FROM links AS l WHERE l.entity = 'product' AND p.system = 'hubspot' AND l.hubspot_id = p.id)
    AND NOT EXISTS (SELECT 1 FROM links AS l WHERE l.entity = 'product' AND p.system = 'quickbooks' AND l.quickbooks_id = p.id)
    AND NOT EXISTS (SELECT 1 FROM tombstones AS t WHERE t.entity = 'product' AND t.system = p.system AND t.id = p.id)
),
traits AS (
  SELECT system, id, 'sku' AS trait, regexp_replace(sku_key, '[\s\-_./]+', '', 'g') AS value FROM free
  UNION ALL SELECT system, id, 'name', name_key FROM free
),
telling AS (
  SELECT * FROM traits WHERE value <> '' QUALIFY count(*) OVER (PARTITION BY system, trait, value) <= 5
)
SELECT DISTINCT s.system, s.id, other.id AS candidate, own.trait, NULL AS address, NULL AS other_address
FROM singles AS s
JOIN telling AS own ON own.system = s.system AND own.id = s.id
JOIN telling AS other ON other.system <> own.system AND other.trait = own.trait AND other.value = own.value
ORDER BY ALL
