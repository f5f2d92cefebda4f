-- Where a SKU is not required: SKUs are keys still, and names are keys of whoever has no SKU. A record with a SKU that nobody
-- on the other side has may be meant by a record without one that bears its name.
CREATE OR REPLACE TEMP TABLE match_keys AS
WITH playing AS (
  SELECT system, id, sku_key, name_key FROM products
  WHERE (active OR $inactive) AND (system = 'hubspot' OR item_type IN ('Service', 'NonInventory', 'Inventory'))
)
SELECT system, id, 'sku:' || sku_key AS key FROM playing WHERE sku_key IS NOT NULL
UNION
SELECT system, id, 'name:' || name_key FROM playing WHERE sku_key IS NULL AND name_key IS NOT NULL
UNION
SELECT p.system, p.id, 'name:' || p.name_key FROM playing AS p
WHERE p.sku_key IS NOT NULL
  AND EXISTS (SELECT 1 FROM playing AS o WHERE o.system <> p.system AND o.sku_key IS NULL AND o.name_key = p.name_key)
  AND NOT EXISTS (SELECT 1 FROM playing AS o WHERE o.system <> p.system AND o.sku_key = p.sku_key)
