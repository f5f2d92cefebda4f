-- Records of the other side that look alike: traits that two strangers seldom share, for due records without a partner only.
-- A trait that many bear tells nothing.
WITH singles AS (
  SELECT 'hubspot' AS system, hubspot_id AS id FROM pairs WHERE entity = 'customer' AND kind = 'single' AND hubspot_id IS NOT NULL
  UNION ALL SELECT 'quickbooks', quickbooks_id FROM pairs WHERE entity = 'customer' AND kind = 'single' AND quickbooks_id IS NOT NULL
),
free AS (
  SELECT c.*, lower(nullif(concat_ws(' ', c.first_name, c.last_name), '')) AS person,
    ltrim(regexp_replace(coalesce(c.phone, ''), '\D', '', 'g'), '0') AS digits, lower(replace(c.zip, ' ', '')) AS place
  FROM customers AS c
  WHERE c.active AND c.parent_id IS NULL
    AND NOT EXISTS (SELECT 1 FROM links AS l WHERE l.entity = 'customer' AND c.system = 'hubspot' AND l.hubspot_id = c.id)
    AND NOT EXISTS (SELECT 1 FROM links AS l WHERE l.entity = 'customer' AND c.system = 'quickbooks' AND l.quickbooks_id = c.id)
    AND NOT EXISTS (SELECT 1 FROM tombstones AS t WHERE t.entity = 'customer' AND t.system = c.system AND t.id = c.id)
),
addresses AS (
  SELECT system, id, unnest(email_keys) AS address FROM free
),
names AS (
  SELECT DISTINCT system, id, digits, place, unnest([person, name_key, lower(company)]) AS name FROM free
),
traits AS (
  SELECT system, id, 'email' AS trait, replace(split_part(split_part(address, '@', 1), '+', 1), '.', '') || '@' || split_part(address, '@', 2) AS value, address FROM addresses
  UNION ALL SELECT system, id, 'typo', split_part(address, '@', 1) || '@' || split_part(address, '@', 2)[1], address FROM addresses
  UNION ALL SELECT system, id, 'typo', split_part(address, '@', 1)[1:3] || '@' || split_part(address, '@', 2), address FROM addresses
  UNION ALL SELECT system, id, 'postcode', name || chr(31) || place, NULL FROM names WHERE name <> '' AND place <> ''
  UNION ALL SELECT system, id, 'phone', name || chr(31) || digits, NULL FROM names WHERE name <> '' AND length(digits) >= 6
),
telling AS (
  SELECT * FROM traits QUALIFY count(*) OVER (PARTITION BY system, trait, value) <= 5
)
SELECT DISTINCT s.system, s.id, other.id AS candidate, own.trait, own.address, other.address AS other_address
FROM singles AS s
JOIN telling AS own ON own.system = s.system AND own.id = s.id
JOIN telling AS other ON other.system <> own.system AND other.trait = own.trait AND other.value = own.value
WHERE own.address IS NULL OR own.address <> other.address
ORDER BY ALL
